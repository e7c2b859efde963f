/** The look of tiles: one small shader, flat-shaded, coloured and cut per feature from a data texture. */
import * as THREE from "three";

/** Texels of the style texture in a row; a feature takes three. */
const STYLE_WIDTH = 512;
const TEXELS = 3;
const OFFSET_SAMPLES = 1024;
const NO_ANCHOR = -1e5;

/** What every tile shares. Changing a value here changes it for all of them. */
export interface SharedUniforms {
  uOffsets: { value: THREE.DataTexture };
  uOffsetRange: { value: THREE.Vector2 };
  uPicking: { value: boolean };
  /** Whether outlines of levels above are drawn: from straight above they would lie over the plan. */
  uGhosts: { value: boolean };
  /** Horizontal normal (x, z) and distance of the plane that opens the front: nothing beyond it is drawn. */
  uFront: { value: THREE.Vector3 };
}

export const NO_FRONT = 1e6;

export function sharedUniforms(): SharedUniforms {
  return {
    uOffsets: { value: offsetTexture(new Float32Array(OFFSET_SAMPLES)) },
    uOffsetRange: { value: new THREE.Vector2(-1, 1) },
    uPicking: { value: false },
    uGhosts: { value: true },
    uFront: { value: new THREE.Vector3(0, 1, NO_FRONT) },
  };
}

function offsetTexture(data: Float32Array): THREE.DataTexture {
  const texture = new THREE.DataTexture(data as Float32Array<ArrayBuffer>, data.length, 1, THREE.RedFormat, THREE.FloatType);
  texture.needsUpdate = true;
  return texture;
}

/** Draw storeys apart by the heights of `table(from, to, samples)`. */
export function setOffsets(
  uniforms: SharedUniforms,
  fromM: number,
  toM: number,
  table: (from: number, to: number, samples: number) => Float32Array,
): void {
  const image = uniforms.uOffsets.value.image as { data: Float32Array };
  image.data.set(table(fromM, toM, OFFSET_SAMPLES));
  uniforms.uOffsets.value.needsUpdate = true;
  uniforms.uOffsetRange.value.set(fromM, toM);
}

/** Colour, opacity, section height and id of every feature of one tile, as the shader reads them. */
export class StyleTable {
  readonly texture: THREE.DataTexture;
  private readonly data: Float32Array<ArrayBuffer>;

  constructor(featureCount: number) {
    const rows = Math.max(1, Math.ceil((featureCount * TEXELS) / STYLE_WIDTH));
    this.data = new Float32Array(STYLE_WIDTH * rows * 4);
    this.texture = new THREE.DataTexture(this.data, STYLE_WIDTH, rows, THREE.RGBAFormat, THREE.FloatType);
  }

  /** `pickId` 0 hides what is behind without being anything; a negative one is looked through. */
  set(feature: number, style: FeatureStyle, pickId: number): void {
    const values = [
      ...style.colour, style.opacity,
      style.cutM, style.glow + (style.section ? 2 : 0), style.anchorM ?? NO_ANCHOR, pickId,
      style.own, style.edge, style.floorM, style.shadow ? 1 : 0,
    ]; // prettier-ignore
    this.data.set(values, feature * TEXELS * 4);
    this.texture.needsUpdate = true;
  }
}

export interface FeatureStyle {
  colour: readonly [number, number, number];
  /** 0 hides the feature; below a tenth only its outline is drawn. */
  opacity: number;
  /** Site height above which nothing is drawn, metres. */
  cutM: number;
  /** Moves with the storey at this height of the site as one piece; without it, it stretches between storeys. */
  anchorM?: number;
  /** Whether back faces are shown as the solid of a section. */
  section: boolean;
  /** 0 to 1: how much of its own light it gives. */
  glow: number;
  /** 0 to 1: how much of the colour of the model is kept; for a space, how dense its walls are drawn. */
  own: number;
  /** 0 to 1: strength of its outline. */
  edge: number;
  /** Site height of the floor it stands on: it darkens towards it. */
  floorM: number;
  /** Whether the floor darkens around it. */
  shadow: boolean;
}

const TRANSFORM = /* glsl */ `
uniform sampler2D uStyle;
uniform sampler2D uOffsets;
uniform vec2 uOffsetRange;
flat out vec4 vColour;
flat out vec4 vStyle;
flat out vec4 vMeta;
out vec3 vWorld;
out float vHeight;
float offsetAt(float z) {
  float at = clamp((z - uOffsetRange.x) / (uOffsetRange.y - uOffsetRange.x), 0.0, 1.0) * ${(OFFSET_SAMPLES - 1).toFixed(1)};
  int low = int(at);
  return mix(texelFetch(uOffsets, ivec2(low, 0), 0).r, texelFetch(uOffsets, ivec2(min(low + 1, ${OFFSET_SAMPLES - 1}), 0), 0).r, at - float(low));
}
vec4 styleAt(int texel) {
  return texelFetch(uStyle, ivec2(texel % ${STYLE_WIDTH}, texel / ${STYLE_WIDTH}), 0);
}
vec4 place(float feature, float biasM) {
  int first = int(feature + 0.5) * ${TEXELS};
  vColour = styleAt(first);
  vStyle = styleAt(first + 1);
  vMeta = styleAt(first + 2);
  vec4 world = modelMatrix * vec4(position, 1.0);
  vHeight = world.y;
  world.y += offsetAt(vStyle.z > ${NO_ANCHOR / 10}.0 ? vStyle.z : world.y);
  vWorld = world.xyz;
  if (vColour.a <= 0.0) return vec4(2.0, 2.0, 2.0, 1.0);
  vec4 seen = viewMatrix * world;
  vec4 clip = projectionMatrix * seen;
  // Nearer in depth only: over a floor finish that the source draws above the floor of the space.
  vec4 nearer = projectionMatrix * (seen + vec4(0.0, 0.0, biasM, 0.0));
  clip.z = nearer.z / nearer.w * clip.w;
  return clip;
}
`;

const SURFACE_VERTEX = /* glsl */ `
in float feature;
in vec4 own;
flat out vec4 vOwn;
${TRANSFORM}
void main() {
  vOwn = own;
  gl_Position = place(feature, BIAS_M);
}
`;

const SURFACE_FRAGMENT = /* glsl */ `
precision highp float;
uniform bool uPicking;
uniform vec3 uFront;
uniform sampler2D uContact;
uniform vec4 uContactBox;
flat in vec4 vColour;
flat in vec4 vStyle;
flat in vec4 vMeta;
flat in vec4 vOwn;
in vec3 vWorld;
in float vHeight;
out vec4 fragment;

const vec3 KEY = normalize(vec3(-0.42, 0.80, 0.43));
const vec3 SECTION = vec3(0.36, 0.42, 0.50);

/** Light from the whole sky and from one side. */
vec3 lit(vec3 base, vec3 normal) {
  float sky = normal.y * 0.5 + 0.5;
  float key = max(dot(normal, KEY), 0.0);
  return base * (mix(vec3(0.60, 0.63, 0.70), vec3(0.85, 0.87, 0.90), sky) + vec3(0.21, 0.18, 0.14) * key);
}

void main() {
  if (vHeight > vStyle.x || vColour.a < 0.1 || dot(vWorld.xz, uFront.xy) > uFront.z) discard;
  vec3 normal = normalize(cross(dFdx(vWorld), dFdy(vWorld)));
  bool isFloor = normal.y > 0.6;
#if PASS == 1
  if (!isFloor) discard;
#elif PASS == 2
  if (isFloor) discard;
#endif
  if (uPicking) {
    if (vStyle.w < 0.0) discard;
    float height = clamp((vHeight + 2000.0) * 16.0, 0.0, 65535.0);
    fragment = vec4(mod(vStyle.w, 256.0), floor(vStyle.w / 256.0), mod(floor(height), 256.0), floor(height / 256.0)) / 255.0;
    return;
  }
#if PASS == 0 || PASS == 3
  vec3 base = mix(vColour.rgb, vOwn.rgb, vMeta.x);
#else
  vec3 base = vColour.rgb;
#endif
  vec3 colour = lit(base, normal);
  float opacity = 1.0;
  // Contact: what stands is darker at its foot, and the floor is darker around what stands.
  if (isFloor) {
    vec2 at = (vWorld.xz - uContactBox.xy) * uContactBox.zw;
    float near = texture(uContact, at).r;
    colour *= 1.0 - 0.42 * near * vec3(1.0, 0.94, 0.82) * (1.0 - smoothstep(0.5, 1.3, vHeight - vMeta.z));
  } else {
    colour *= mix(vec3(0.80, 0.82, 0.86), vec3(1.0), smoothstep(-0.1, 1.1, vHeight - vMeta.z));
  }
#if PASS == 0
  if (!gl_FrontFacing && vStyle.y > 1.5) colour = mix(SECTION, vec3(0.86, 0.89, 0.92), step(0.5, 0.98 - vColour.a));
#elif PASS == 1
  opacity = vColour.a;
#elif PASS == 2
  float rim = step(vStyle.x - vHeight, fwidth(vHeight) * 1.5);
  opacity = mix(vMeta.x, max(vMeta.x, 0.5), rim);
  colour = mix(colour, vColour.rgb * 0.62, rim);
#elif PASS == 3
  opacity = 0.36 * vColour.a;
#endif
  colour = mix(colour, base, mod(vStyle.y, 2.0) * 0.7);
  fragment = vec4(colour, opacity);
}
`;

const EDGE_VERTEX = /* glsl */ `
in float feature;
${TRANSFORM}
void main() {
  gl_Position = place(feature, 0.16);
}
`;

const EDGE_FRAGMENT = /* glsl */ `
precision highp float;
uniform vec3 uFront;
uniform bool uGhosts;
flat in vec4 vColour;
flat in vec4 vStyle;
flat in vec4 vMeta;
in vec3 vWorld;
in float vHeight;
out vec4 fragment;
void main() {
  if (!uGhosts && vColour.a < 0.1) discard;
  if (vHeight > vStyle.x || dot(vWorld.xz, uFront.xy) > uFront.z) discard;
  // Fine detail far away would be noise.
  float far = clamp(150.0 / distance(vWorld, cameraPosition), 0.45, 1.0);
  fragment = vec4(mix(vColour.rgb * 0.36, vec3(0.16, 0.22, 0.30), 0.35), vMeta.y * far);
}
`;

/** What stands on a floor, seen from above, as a mask. */
const MASK_VERTEX = /* glsl */ `
in float feature;
uniform sampler2D uStyle;
flat out float vCasts;
void main() {
  int texel = int(feature + 0.5) * ${TEXELS} + 2;
  vCasts = texelFetch(uStyle, ivec2(texel % ${STYLE_WIDTH}, texel / ${STYLE_WIDTH}), 0).w;
  gl_Position = vCasts > 0.5 ? projectionMatrix * modelViewMatrix * vec4(position, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
}
`;

const MASK_FRAGMENT = /* glsl */ `
precision mediump float;
out vec4 fragment;
void main() { fragment = vec4(1.0); }
`;

/** What a surface is: solids, the floors of spaces, the inner walls of spaces, or glass. */
export enum Pass {
  Solid = 0,
  Floor = 1,
  Side = 2,
  Glass = 3,
}

/** The darkening of floors near what stands on them: a texture over a rectangle of the plan. */
export interface Contact {
  uContact: { value: THREE.Texture };
  /** x, z of its corner, and one over its extents. */
  uContactBox: { value: THREE.Vector4 };
}

export function noContact(): Contact {
  const texture = new THREE.DataTexture(new Uint8Array(4), 1, 1);
  texture.needsUpdate = true;
  return { uContact: { value: texture }, uContactBox: { value: new THREE.Vector4(0, 0, 0, 0) } };
}

export function surfaceMaterial(pass: Pass, style: StyleTable, shared: SharedUniforms, contact: Contact): THREE.ShaderMaterial {
  const isSpace = pass === Pass.Floor || pass === Pass.Side;
  const isTransparent = isSpace || pass === Pass.Glass;
  return new THREE.ShaderMaterial({
    glslVersion: THREE.GLSL3,
    defines: { PASS: pass, BIAS_M: isSpace ? "0.14" : "0.0" },
    uniforms: { ...shared, ...contact, uStyle: { value: style.texture } },
    vertexShader: SURFACE_VERTEX,
    fragmentShader: SURFACE_FRAGMENT,
    // A space can be a closed box, whose far walls seen from behind make an open room (its ceiling is cut), or a bare floor.
    side: pass === Pass.Side ? THREE.BackSide : pass === Pass.Glass ? THREE.FrontSide : THREE.DoubleSide,
    transparent: isTransparent,
    depthWrite: pass === Pass.Solid || pass === Pass.Floor,
    polygonOffset: true,
    polygonOffsetFactor: isSpace ? -1 : 1,
    polygonOffsetUnits: isSpace ? -2 : 1,
  });
}

export function edgeMaterial(style: StyleTable, shared: SharedUniforms): THREE.ShaderMaterial {
  return new THREE.ShaderMaterial({
    glslVersion: THREE.GLSL3,
    uniforms: { ...shared, uStyle: { value: style.texture } },
    vertexShader: EDGE_VERTEX,
    fragmentShader: EDGE_FRAGMENT,
    transparent: true,
    depthWrite: false,
  });
}

export function maskMaterial(style: StyleTable): THREE.ShaderMaterial {
  return new THREE.ShaderMaterial({
    glslVersion: THREE.GLSL3,
    uniforms: { uStyle: { value: style.texture } },
    vertexShader: MASK_VERTEX,
    fragmentShader: MASK_FRAGMENT,
    side: THREE.DoubleSide,
    depthTest: false,
    depthWrite: false,
  });
}

/** Height in the site's metres of a picked pixel; the inverse of the shader's packing. */
export function unpackPick(bytes: ArrayLike<number>): { id: number; heightM: number } {
  const byte = (index: number): number => bytes[index] ?? 0;
  return { id: byte(0) + 256 * byte(1), heightM: (byte(2) + 256 * byte(3)) / 16 - 2000 };
}
