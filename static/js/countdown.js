// How long something is still kept, beside the moment itself. A timer is read out when it is looked
// for, not each second. When it is over the page is asked anew; its job has a moment to be done.
const GRACE = 3000;

function inFigures(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const parts = hours ? [hours, minutes, seconds % 60] : [minutes, seconds % 60];
  return parts.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
}

for (const timer of document.querySelectorAll("[data-countdown]")) {
  // counted from what the server says is left: the reader's own clock may be wrong
  const end = Date.now() + timer.dataset.countdown * 1000;
  const show = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    timer.textContent = timer.dataset.words.replace("{left}", inFigures(left));
    if (left > 0) return;
    clearInterval(ticking);
    setTimeout(() => location.replace(timer.dataset.page), GRACE);
  };
  const ticking = setInterval(show, 1000);
  show();
}
