import { defineConfig, type Plugin } from "vite";

/** Starts the download of the 3D chunk together with the page instead of after the first script ran. */
function preloadScene(): Plugin {
  return {
    name: "preload-scene",
    transformIndexHtml: {
      order: "post",
      handler(_html, context) {
        const chunks = Object.values(context.bundle ?? {});
        const wanted = chunks.filter((chunk) => chunk.type === "chunk" && ["stage", "three"].includes(chunk.name));
        return wanted.map((chunk) => ({
          tag: "link",
          attrs: { rel: "modulepreload", crossorigin: true, href: `./${chunk.fileName}` },
          injectTo: "head" as const,
        }));
      },
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [preloadScene()],
  build: {
    outDir: "../indoor3d/_web",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: true,
    rollupOptions: {
      output: {
        // The helper that loads chunks stands alone: inside the 3D chunk it would make every page wait for that.
        manualChunks: (id) => (/vite\/preload-helper/.test(id) ? "load" : /node_modules/.test(id) ? "three" : undefined),
      },
    },
  },
});
