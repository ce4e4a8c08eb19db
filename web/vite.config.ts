import { defineConfig } from 'vite';

// The web process serves the build under /static/build and finds the hashed names in .vite/manifest.json.
// No polyfill or inlined asset: the page's Content-Security-Policy allows neither inline scripts nor data: URLs.
export default defineConfig({
  base: '/static/build/',
  publicDir: false,
  build: {
    outDir: '../agent/web/static/build',
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    // livekit-client is one large module; gzip brings the page to about 150 kB.
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    rollupOptions: { input: 'src/main.ts' },
  },
});
