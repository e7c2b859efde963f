/** Contact shading, once a tile: what stands on a storey is drawn from above as a mask and blurred; floors are darker where it is. */
import * as THREE from "three";
import type { Contact } from "./material";

/** Texels along the longer side. */
const SIZE = 1024;
/** A texel finer than this shows nothing more, metres. */
const FINEST_M = 0.08;
/** How far the darkening reaches, metres. */
const REACH_M = 0.9;
const AIR_M = 2;

const BLUR_VERTEX = /* glsl */ `
out vec2 vAt;
void main() {
  vAt = position.xy * 0.5 + 0.5;
  gl_Position = vec4(position.xy, 0.0, 1.0);
}
`;

const BLUR_FRAGMENT = /* glsl */ `
precision mediump float;
uniform sampler2D uSource;
uniform vec2 uStep;
in vec2 vAt;
out vec4 fragment;
void main() {
  float sum = 0.0;
  float total = 0.0;
  for (int i = -4; i <= 4; i++) {
    float weight = exp(-float(i * i) / 7.0);
    sum += weight * texture(uSource, vAt + uStep * float(i)).r;
    total += weight;
  }
  fragment = vec4(sum / total);
}
`;

export class ContactBaker {
  private readonly camera = new THREE.OrthographicCamera();
  private readonly quad: THREE.Mesh<THREE.PlaneGeometry, THREE.ShaderMaterial>;
  private readonly flat = new THREE.Camera();

  constructor() {
    const material = new THREE.ShaderMaterial({
      glslVersion: THREE.GLSL3,
      uniforms: { uSource: { value: null }, uStep: { value: new THREE.Vector2() } },
      vertexShader: BLUR_VERTEX,
      fragmentShader: BLUR_FRAGMENT,
      depthTest: false,
      depthWrite: false,
    });
    this.quad = new THREE.Mesh(new THREE.PlaneGeometry(2, 2), material);
    this.quad.frustumCulled = false;
  }

  /** Draw `things` (world metres, y up) from above over `box` and give `contact` the result; the caller disposes of it. */
  bake(renderer: THREE.WebGLRenderer, things: THREE.Object3D, box: THREE.Box3, contact: Contact): THREE.WebGLRenderTarget {
    const [x, z] = [box.min.x - AIR_M, box.min.z - AIR_M];
    const [width, depth] = [box.max.x - x + AIR_M, box.max.z - z + AIR_M];
    const texelM = Math.max(FINEST_M, Math.max(width, depth) / SIZE);
    const [columns, rows] = [Math.ceil(width / texelM), Math.ceil(depth / texelM)];
    const options = { format: THREE.RedFormat, type: THREE.UnsignedByteType, depthBuffer: false } as const;
    const [mask, result] = [0, 1].map(() => new THREE.WebGLRenderTarget(columns, rows, options)) as [THREE.WebGLRenderTarget, THREE.WebGLRenderTarget];
    // Seen from above with z down the picture; `up` of −z puts small z at the top, so the texture's rows are turned over below.
    Object.assign(this.camera, { left: 0, right: width, top: 0, bottom: -depth, near: 0, far: box.max.y - box.min.y + 20 });
    this.camera.position.set(x, box.max.y + 10, z);
    this.camera.quaternion.setFromAxisAngle(new THREE.Vector3(1, 0, 0), -Math.PI / 2);
    this.camera.updateProjectionMatrix();
    this.camera.updateMatrixWorld(true);
    const before = renderer.getClearColor(new THREE.Color());
    renderer.setClearColor(0x000000, 0);
    this.draw(renderer, things, this.camera, mask);
    const step = REACH_M / 4 / texelM;
    this.blur(renderer, mask, result, new THREE.Vector2(step / columns, 0));
    this.blur(renderer, result, mask, new THREE.Vector2(0, step / rows));
    renderer.setRenderTarget(null);
    renderer.setClearColor(before, 1);
    result.dispose();
    contact.uContact.value = mask.texture;
    contact.uContactBox.value.set(x, z + depth, 1 / width, -1 / depth);
    return mask;
  }

  private blur(renderer: THREE.WebGLRenderer, source: THREE.WebGLRenderTarget, target: THREE.WebGLRenderTarget, step: THREE.Vector2): void {
    const { uniforms } = this.quad.material;
    (uniforms["uSource"] as THREE.IUniform).value = source.texture;
    (uniforms["uStep"] as THREE.IUniform).value = step;
    this.draw(renderer, this.quad, this.flat, target);
  }

  private draw(renderer: THREE.WebGLRenderer, what: THREE.Object3D, camera: THREE.Camera, target: THREE.WebGLRenderTarget): void {
    renderer.setRenderTarget(target);
    renderer.clear();
    renderer.render(what, camera);
  }
}
