// Small behaviours that every page may have. Without this file every page still works.

// A menu closes when one clicks elsewhere or presses Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Copy an address. Plain http has no clipboard, and a browser may refuse it: then the old way.
async function copy(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const { copies, done, failed } = button.dataset;
  const isCopied = await copy(document.getElementById(copies));
  button.querySelector("span[aria-live]").textContent = isCopied ? done : failed;
});

// What is wrong with a form is read out and in sight.
function showErrors(root) {
  root.querySelector(".error-summary")?.focus();
}

// A second press while the first is under way does nothing. An answer that is a file leaves the
// page as it is, so the form opens again after a while.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.isSent) event.preventDefault();
  if (form.method !== "post") return;
  form.dataset.isSent = "yes";
  setTimeout(() => delete form.dataset.isSent, 3000);
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.isSent;
});

// Work that is under way is looked at again; without scripts a link does it.
const underWay = document.querySelector("[data-again-after]");
if (underWay) setTimeout(() => location.reload(), underWay.dataset.againAfter * 1000);

showErrors(document);
document.addEventListener("htmx:after:swap", () => {
  for (const form of document.forms) delete form.dataset.isSent;
  showErrors(document);
});
