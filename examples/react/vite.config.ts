import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  base: "./",
  // Modules in ../shared import packages of this folder.
  resolve: { dedupe: ["openapi-fetch"] },
  server: { fs: { allow: [".."] } },
});
