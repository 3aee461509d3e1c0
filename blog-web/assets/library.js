// The point of a picture that stays in sight: the crops follow it at once, and arrow keys move it both ways.
(() => {
  for (const form of document.querySelectorAll("[data-focus]")) {
    const points = [...form.querySelectorAll("[name=focus]")];
    const crops = form.querySelectorAll(".crop");
    const steps = Math.sqrt(points.length);
    const follow = () => {
      const [column, row] = form.elements.focus.value.split("-");
      for (const crop of crops) {
        crop.className = `${crop.className.replace(/ ?f[xy]-\d/g, "")} fx-${column} fy-${row}`;
      }
    };
    form.addEventListener("change", follow);
    form.addEventListener("keydown", e => {
      const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key] || [];
      const at = points.indexOf(e.target);
      if (x === undefined || at < 0) return;
      e.preventDefault();
      const inside = n => Math.min(Math.max(n, 0), steps - 1);
      const point = points[inside(Math.floor(at / steps) + y) * steps + inside(at % steps + x)];
      point.focus();
      point.checked = true;
      follow();
    });
    // A browser may have kept another choice than the page came with.
    follow();
  }
})();
