/** Which element is under a point of the screen: one pixel drawn with ids, read back. */
import * as THREE from "three";
import { unpackPick } from "./material";
import { EDGE_LAYER, type Tiles } from "./tiles";

export interface Hit {
  pickId: number;
  /** Height in the site's metres, to about 6 cm. */
  heightM: number;
}

export class Picker {
  private readonly target = new THREE.WebGLRenderTarget(1, 1, { minFilter: THREE.NearestFilter, magFilter: THREE.NearestFilter });
  private readonly bytes = new Uint8Array(4);

  /** `x`, `y` in CSS pixels of a stage of `width` × `height`. */
  at(renderer: THREE.WebGLRenderer, camera: THREE.PerspectiveCamera, tiles: Tiles, x: number, y: number): Hit | undefined {
    const view = camera.view;
    if (!view) return undefined;
    const [left, top] = [view.offsetX, view.offsetY];
    camera.setViewOffset(view.fullWidth, view.fullHeight, left + x, top + y, 1, 1);
    camera.layers.disable(EDGE_LAYER);
    const before = renderer.getClearColor(new THREE.Color());
    renderer.setRenderTarget(this.target);
    renderer.setClearColor(0x000000, 0);
    tiles.whilePicking(() => {
      renderer.clear();
      renderer.render(tiles.renderer.group, camera);
    });
    renderer.readRenderTargetPixels(this.target, 0, 0, 1, 1, this.bytes);
    renderer.setRenderTarget(null);
    renderer.setClearColor(before, 1);
    camera.layers.enable(EDGE_LAYER);
    camera.setViewOffset(view.fullWidth, view.fullHeight, left, top, view.fullWidth, view.fullHeight);
    const { id, heightM } = unpackPick(this.bytes);
    return id > 0 ? { pickId: id, heightM } : undefined;
  }
}
