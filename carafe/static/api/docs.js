// The documentation of the API: Swagger UI, with the document of this site.
const root = document.getElementById("swagger");

// Requests that "Try it out" sends without a token use the session, so they carry the CSRF token.
const addCsrfToken = (request) => {
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  if (token && !request.headers.Authorization) request.headers["X-CSRFToken"] = token;
  return request;
};

SwaggerUIBundle({
  url: root.dataset.document,
  domNode: root,
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor: addCsrfToken,
});
