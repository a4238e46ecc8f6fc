// The documentation of the API: Swagger UI, with the document of this site.
const root = document.getElementById("swagger");

// Requests that "Try it out" sends without a token use the session, so they carry the CSRF token.
const addCsrfToken = (request) => {
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  if (token && !request.headers.Authorization) request.headers["X-CSRFToken"] = token;
  return request;
};

// Swagger UI has a dark mode of its own, by a class.
const dark = matchMedia("(prefers-color-scheme: dark)");
const followTheme = () => {
  const { bsTheme } = document.documentElement.dataset;
  document.documentElement.classList.toggle("dark-mode", bsTheme ? bsTheme === "dark" : dark.matches);
};
followTheme();
dark.addEventListener("change", followTheme);
new MutationObserver(followTheme).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });

// Its own layout is a page with a <main>; this one is part of a page that has one.
const layout = ({ React }) => ({
  components: {
    SiteLayout: ({ getComponent, specSelectors }) => {
      const part = (name) => React.createElement(getComponent(name, true), { key: name });
      const isLoaded = specSelectors.loadingStatus() === "success";
      const parts = isLoaded ? ["SvgAssets", "InfoContainer", "AuthorizeBtnContainer", "operations", "Models"] : [];
      return React.createElement("div", { className: "swagger-ui" }, part("errors"), ...parts.map(part));
    },
  },
});

SwaggerUIBundle({
  url: root.dataset.document,
  domNode: root,
  deepLinking: false, // links to operations would be inside of buttons
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor: addCsrfToken,
  plugins: [layout],
  layout: "SiteLayout",
});
