import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    outDir: '../src/faceborn/serve/page',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // the content policy allows no data: styles or scripts
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900, // three.js
  },
});
