"use strict";
/* Filter, search and keys of gomm's page.  Everything is there without it too; this only hides and shows. */
(() => {
  const findings = Array.from(document.querySelectorAll("#findings details.finding"));
  const search = document.getElementById("search");
  const pkg = document.getElementById("package");
  const shown = document.getElementById("shown");
  const boxes = Array.from(document.querySelectorAll(".codes input"));
  let texts = null; /* of each finding, in lower case; made by the first search */
  let at = -1;

  document.documentElement.classList.add("js");

  /* Of very many findings, what one opens to is in a comment until then. */
  const fill = (f) => {
    const body = f.lastElementChild;
    if (body.childNodes.length === 1 && body.firstChild.nodeType === Node.COMMENT_NODE) {
      body.innerHTML = body.firstChild.data;
    }
  };

  const open = (f, yes) => {
    if (yes) {
      fill(f);
    }
    f.open = yes;
  };

  const text = (i) => {
    texts ??= findings.map((f) => (f.firstElementChild.textContent + " " + f.dataset.p).toLowerCase());
    return texts[i];
  };

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const codes = new Set(boxes.filter((b) => b.checked).map((b) => b.value));
    let n = 0;
    findings.forEach((f, i) => {
      const show = codes.has(f.dataset.c) && (!pkg.value || f.dataset.p === pkg.value) &&
        words.every((w) => text(i).includes(w));
      if (f.hidden === show) {
        f.hidden = !show;
      }
      n += show;
    });
    shown.value = n === findings.length ? `${n} shown` : `${n} of ${findings.length} shown`;
  };

  const go = (i) => {
    at = i;
    const summary = findings[i].firstElementChild;
    summary.focus({ preventScroll: true });
    findings[i].scrollIntoView({ block: "start" });
  };

  const move = (step) => {
    const here = findings.indexOf(document.activeElement.closest("details.finding"));
    let i = here >= 0 ? here : at;
    do {
      i += step;
    } while (findings[i]?.hidden);
    if (findings[i]) {
      go(i);
    }
  };

  const toggle = () => {
    const visible = findings.filter((f) => !f.hidden);
    const yes = visible.some((f) => !f.open);
    visible.forEach((f) => open(f, yes));
  };

  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.localName === "details") {
      target.hidden = false;
      open(target, true);
      target.scrollIntoView();
      at = findings.indexOf(target);
    }
  };

  if (search) {
    let wait = 0;
    search.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(filter, findings.length > 500 ? 120 : 0);
    });
    pkg.addEventListener("change", filter);
    boxes.forEach((b) => b.addEventListener("change", filter));
    document.getElementById("toggle").addEventListener("click", toggle);
    filter();
  }

  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || !search) {
      return;
    }
    if (e.target === search) {
      if (e.key === "Escape") {
        search.value = "";
        filter();
        search.blur();
      }
      return;
    }
    if (e.target.closest("select, textarea, input:not([type=checkbox])")) {
      return;
    }
    const keys = { "/": () => search.focus(), j: () => move(1), k: () => move(-1), x: toggle };
    if (keys[e.key]) {
      e.preventDefault();
      keys[e.key]();
    }
  });

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = findings.filter((f) => !f.hidden && !f.open).slice(0, 500);
    closed.forEach((f) => open(f, true));
  });
  addEventListener("afterprint", () => {
    closed.forEach((f) => { f.open = false; });
  });
  document.addEventListener("toggle", (e) => {
    if (e.target.open && e.target.classList.contains("finding")) {
      fill(e.target);
    }
  }, true);
  addEventListener("hashchange", reveal);
  reveal();
})();
