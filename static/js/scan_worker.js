// Reads QR codes from the camera's frames beside the page, so that the page stays quick.
importScripts("../vendor/jsqr.min.js");

addEventListener("message", ({ data }) => {
  const found = jsQR(new Uint8ClampedArray(data.pixels), data.width, data.height, {
    inversionAttempts: "dontInvert",
  });
  postMessage(found ? found.data : "");
});
