// The door reads tickets by camera. Without this file, or a camera, the code is typed.
const scanner = document.getElementById("scanner");
const form = scanner.querySelector("form");
const video = scanner.querySelector("video");
const answer = document.getElementById("scanned");
const [begin, end] = scanner.querySelectorAll("[data-camera]");
const WIDTH = 640; // enough for a code held before a phone, and quick to read
const AGAIN_AFTER = 4000; // a code that stays before the camera is one scan, not many
let stream = null;
let last = { code: "", at: 0 };

// What we are answered; null where nobody answers, or with something else.
async function ask(address, options) {
  try {
    const response = await fetch(address, { ...options, headers: { "HX-Request": "true" } });
    return [200, 422].includes(response.status) ? await response.text() : null;
  } catch {
    return null;
  }
}

async function send() {
  const words = await ask(form.action, { method: "POST", body: new FormData(form) });
  answer.innerHTML = words ?? "";
  if (words === null) {
    answer.textContent = form.dataset.failed; // never the guest before; the code stays for once more
  } else {
    form.elements.code.value = "";
    refreshDoor();
  }
  navigator.vibrate?.(answer.querySelector(".scanned--in") ? 60 : [60, 60, 60]);
}

async function refreshDoor() {
  const door = document.getElementById("door");
  if (door.contains(document.activeElement)) return; // somebody is typing there
  const words = await ask(location.href);
  if (words === null || door.contains(document.activeElement)) return;
  door.innerHTML = words;
  window.htmx?.process(door);
}

function read(code) {
  if (!code || (code === last.code && Date.now() - last.at < AGAIN_AFTER)) return;
  last = { code, at: Date.now() };
  form.elements.code.value = code;
  send().finally(() => (last.at = Date.now()));
}

// One frame after the other: the next is taken when the one before was read.
function ownReader() {
  const worker = new Worker(scanner.dataset.worker);
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return {
    look: () =>
      new Promise((resolve) => {
        canvas.width = WIDTH;
        canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
        context.drawImage(video, 0, 0, canvas.width, canvas.height);
        const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
        worker.onmessage = (event) => resolve(event.data);
        worker.postMessage({ pixels: data.buffer, width, height }, [data.buffer]);
      }),
    stop: () => worker.terminate(),
  };
}

async function newReader() {
  const formats = await window.BarcodeDetector?.getSupportedFormats().catch(() => []);
  if (!formats?.includes("qr_code")) return ownReader();
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return { look: async () => (await detector.detect(video))[0]?.rawValue, stop: () => {} };
}

async function watch() {
  const mine = stream;
  const reader = await newReader();
  while (stream === mine) {
    if (video.readyState >= 2 && video.videoWidth) read(await reader.look());
    await new Promise((resolve) => setTimeout(resolve, 80));
  }
  reader.stop();
}

async function open() {
  begin.disabled = true; // the browser may ask first, and a second tap would open a second camera
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    await video.play();
    show(true);
    watch();
  } catch {
    close();
    answer.textContent = form.dataset.blind;
  } finally {
    begin.disabled = false;
  }
}

function close() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = video.srcObject = null;
  show(false);
}

function show(isOpen) {
  video.hidden = end.hidden = !isOpen;
  begin.hidden = isOpen;
}

begin.addEventListener("click", open);
end.addEventListener("click", close);
addEventListener("pagehide", close);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  delete form.dataset.isSent; // the next guest is a second away
  send();
});
