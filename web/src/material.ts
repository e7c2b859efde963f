/** The look of tiles: one small shader, flat-shaded, coloured and cut per feature from a data texture. */
import * as THREE from "three";

/** Texels of the style texture in a row; a feature takes two. */
const STYLE_WIDTH = 512;
const OFFSET_SAMPLES = 1024;
const NO_ANCHOR = -1e5;

/** What every tile shares. Changing a value here changes it for all of them. */
export interface SharedUniforms {
  uOffsets: { value: THREE.DataTexture };
  uOffsetRange: { value: THREE.Vector2 };
  uPicking: { value: boolean };
}

export function sharedUniforms(): SharedUniforms {
  return {
    uOffsets: { value: offsetTexture(new Float32Array(OFFSET_SAMPLES)) },
    uOffsetRange: { value: new THREE.Vector2(-1, 1) },
    uPicking: { value: false },
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
    const rows = Math.max(1, Math.ceil((featureCount * 2) / STYLE_WIDTH));
    this.data = new Float32Array(STYLE_WIDTH * rows * 4);
    this.texture = new THREE.DataTexture(this.data, STYLE_WIDTH, rows, THREE.RGBAFormat, THREE.FloatType);
  }

  /** `pickId` 0 hides what is behind without being anything; a negative one is looked through. */
  set(feature: number, style: FeatureStyle, pickId: number): void {
    this.data.set([...style.colour, style.opacity, style.cutM, style.glow + (style.section ? 2 : 0), style.anchorM ?? NO_ANCHOR, pickId], feature * 8);
    this.texture.needsUpdate = true;
  }
}

export interface FeatureStyle {
  colour: readonly [number, number, number];
  /** 0 hides the feature. */
  opacity: number;
  /** Site height above which nothing is drawn, metres. */
  cutM: number;
  /** Moves with the storey at this height of the site as one piece; without it, it stretches between storeys. */
  anchorM?: number;
  /** Whether back faces are shown as the solid of a section. */
  section: boolean;
  /** 0 to 1: how much of its own light it gives. */
  glow: number;
}

const TRANSFORM = /* glsl */ `
uniform sampler2D uStyle;
uniform sampler2D uOffsets;
uniform vec2 uOffsetRange;
flat out vec4 vColour;
flat out vec4 vStyle;
out vec3 vWorld;
out float vHeight;
float offsetAt(float z) {
  float at = clamp((z - uOffsetRange.x) / (uOffsetRange.y - uOffsetRange.x), 0.0, 1.0) * ${(OFFSET_SAMPLES - 1).toFixed(1)};
  int low = int(at);
  return mix(texelFetch(uOffsets, ivec2(low, 0), 0).r, texelFetch(uOffsets, ivec2(min(low + 1, ${OFFSET_SAMPLES - 1}), 0), 0).r, at - float(low));
}
vec4 place(float feature, float biasM) {
  int first = int(feature + 0.5) * 2;
  vColour = texelFetch(uStyle, ivec2(first % ${STYLE_WIDTH}, first / ${STYLE_WIDTH}), 0);
  vStyle = texelFetch(uStyle, ivec2((first + 1) % ${STYLE_WIDTH}, first / ${STYLE_WIDTH}), 0);
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

const SURFACE_VERTEX = (attribute: string): string => /* glsl */ `
in float ${attribute};
${TRANSFORM}
void main() {
  gl_Position = place(${attribute}, BIAS_M);
}
`;

const SURFACE_FRAGMENT = /* glsl */ `
precision highp float;
uniform bool uPicking;
flat in vec4 vColour;
flat in vec4 vStyle;
in vec3 vWorld;
in float vHeight;
out vec4 fragment;

const vec3 SUN = normalize(vec3(-0.45, 0.82, 0.35));

vec3 lit(vec3 base, vec3 normal) {
  float sky = normal.y * 0.5 + 0.5;
  float sun = max(dot(normal, SUN), 0.0);
  return base * (mix(vec3(0.60, 0.63, 0.70), vec3(0.86, 0.88, 0.90), sky) + vec3(0.20, 0.18, 0.14) * sun);
}

void main() {
  if (vHeight > vStyle.x) discard;
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
  vec3 colour = lit(vColour.rgb, normal);
  float opacity = vColour.a;
#if PASS == 0
  if (!gl_FrontFacing && vStyle.y > 1.5) colour = vec3(0.42, 0.47, 0.54) * mix(1.0, 1.5, 1.0 - vColour.a);
#elif PASS == 2
  float rim = step(vStyle.x - vHeight, fwidth(vHeight) * 1.5);
  opacity *= mix(0.38, 0.9, rim);
  colour = mix(colour, vColour.rgb * 0.62, rim);
#endif
  colour = mix(colour, vColour.rgb, mod(vStyle.y, 2.0) * 0.7);
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
flat in vec4 vColour;
flat in vec4 vStyle;
in vec3 vWorld;
in float vHeight;
out vec4 fragment;
void main() {
  if (vHeight > vStyle.x) discard;
  fragment = vec4(vColour.rgb * 0.52, 0.55 * vColour.a);
}
`;

/** What a surface is: solids, the floors of spaces, or the inner walls of spaces. */
export enum Pass {
  Solid = 0,
  Floor = 1,
  Side = 2,
}

export function surfaceMaterial(pass: Pass, style: StyleTable, shared: SharedUniforms, attribute: string): THREE.ShaderMaterial {
  const isSpace = pass !== Pass.Solid;
  return new THREE.ShaderMaterial({
    glslVersion: THREE.GLSL3,
    defines: { PASS: pass, BIAS_M: isSpace ? "0.14" : "0.0" },
    uniforms: { ...shared, uStyle: { value: style.texture } },
    vertexShader: SURFACE_VERTEX(attribute),
    fragmentShader: SURFACE_FRAGMENT,
    // A space can be a closed box, whose far walls seen from behind make an open room (its ceiling is cut), or a bare floor.
    side: pass === Pass.Side ? THREE.BackSide : THREE.DoubleSide,
    transparent: isSpace,
    depthWrite: pass !== Pass.Side,
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

/** Height in the site's metres of a picked pixel; the inverse of the shader's packing. */
export function unpackPick(bytes: ArrayLike<number>): { id: number; heightM: number } {
  const byte = (index: number): number => bytes[index] ?? 0;
  return { id: byte(0) + 256 * byte(1), heightM: (byte(2) + 256 * byte(3)) / 16 - 2000 };
}
