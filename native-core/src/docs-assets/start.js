// Starts Swagger UI on the document that the page names. No validator service: nothing leaves this server.
window.SwaggerUIBundle({
  url: document.currentScript.dataset.document,
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
})
