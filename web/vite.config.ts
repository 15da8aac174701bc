import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

/** From here `compress.js` puts it where the station looks; a station of a developer is asked for everything else. */
const OUTPUT = fileURLToPath(new URL('./build/static', import.meta.url))
const SOURCE = fileURLToPath(new URL('./src', import.meta.url))
const STATION = process.env['FIELDSTATION_URL'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: {
      '@': SOURCE,
      // The form library names this validator in a part meant for its own tests; ours compiles no code.
      '@rjsf/validator-ajv8': `${SOURCE}/pages/launch/validator.ts`,
    },
  },
  build: { outDir: OUTPUT, emptyOutDir: true, manifest: true, target: 'es2023', chunkSizeWarningLimit: 800 },
  server: { proxy: { '/api': STATION, '/session': STATION, '/auth': STATION } },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], environment: 'node' },
})
