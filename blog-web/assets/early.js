// Before the page is drawn, so that nothing of it jumps: scripts run here, and whether the preview is beside the text.
{
  const { classList } = document.documentElement;
  classList.add("scripted");
  let choice;
  try { choice = localStorage.getItem("preview"); } catch {}
  classList.toggle("with-preview", choice !== "off" && matchMedia("(min-width: 80rem)").matches);
}
