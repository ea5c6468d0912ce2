/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where `npm run dev` finds the server; the build is served by the server itself. */
const server = process.env.RULELOOM_URL ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2023',
    outDir: '../platform/api/static',
    emptyOutDir: true,
    manifest: true,
    // One sheet: it is small, and compresses better whole.
    cssCodeSplit: false,
    chunkSizeWarningLimit: 700,
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { '/api': server },
    // Besides this folder: the cases that server and browser share, which tests read.
    fs: { allow: ['.', '../tests/conformance', '../tests/engine/jsonlogic_vectors'] },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    // One document for all files of a worker: making it anew for each takes ten times as long as all tests.
    isolate: false,
  },
})
