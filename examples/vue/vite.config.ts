import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [vue()],
  base: "./",
  // Modules in ../shared import packages of this folder.
  resolve: { dedupe: ["openapi-fetch"] },
  server: { fs: { allow: [".."] } },
});
