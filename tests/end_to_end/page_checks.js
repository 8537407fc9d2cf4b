// What is wrong with a page of paper as a browser lays it out. Each check returns the faults it found, in words.
// Loaded into the page by sample_pages.py; media is "print", so that what is measured is what is printed.
(() => {
  const MM = 96 / 25.4;
  const SLACK = 0.5; // pixels: borders are rounded to whole ones
  const box = (element) => element.getBoundingClientRect();
  const said = (element) => `${element.tagName}.${element.getAttribute("class") || ""} "${element.textContent.trim().slice(0, 40)}"`;
  const pages = () => [...document.querySelectorAll("section.page")];
  const isDrawn = (element) => element.closest("svg") !== null;
  const sticksOut = (inner, outer) =>
    inner.left < outer.left - SLACK || inner.right > outer.right + SLACK ||
    inner.top < outer.top - SLACK || inner.bottom > outer.bottom + SLACK;

  // Elements that are not within their page; of a drawing only its frame, for the lines in it are clipped.
  function spilled() {
    return pages().flatMap((page) => [...page.querySelectorAll("*")]
      .filter((element) => !isDrawn(element) || element.matches("svg"))
      .filter((element) => box(element).width > 0 && sticksOut(box(element), box(page))).map(said));
  }

  // What follows on a page comes below what is before it.
  function covered() {
    return pages().flatMap((page) => [...page.children].slice(1)
      .filter((part, k) => box(part).top < box(page.children[k]).bottom - SLACK).map(said));
  }

  // Words that end in an ellipsis or are cut by the edge of their box. (The box of a font is higher than its letters, so
  // that a line may stick out of a box that is as high as the line without being cut: less than a line is no fault.)
  function cut() {
    return pages().flatMap((page) => [...page.querySelectorAll("*")].filter((element) => !isDrawn(element)).filter((element) => {
      const style = getComputedStyle(element);
      const isHigh = element.scrollHeight > element.clientHeight + 0.6 * parseFloat(style.lineHeight);
      return style.overflow !== "visible" && (element.scrollWidth > element.clientWidth + 1 || isHigh);
    }).map(said));
  }

  // Cells whose words are wider than they are.
  function wideCells() {
    return [...document.querySelectorAll("td, th")].filter((cell) => cell.scrollWidth > cell.clientWidth + 1).map(said);
  }

  // The upright boxes around the letters of a text that is turned: their ink is round the middle of each, nearly an em high.
  function letters(text) {
    const turn = text.transform.baseVal.consolidate().matrix, size = parseFloat(text.getAttribute("font-size"));
    const y = parseFloat(text.getAttribute("y")) - 0.37 * size;
    return [...Array(text.getNumberOfChars()).keys()].map((k) => {
      const letter = text.getExtentOfChar(k), x = letter.x + letter.width / 2;
      const across = (letter.width * Math.abs(turn.a) + 0.94 * size * Math.abs(turn.b)) / 2;
      const down = (letter.width * Math.abs(turn.b) + 0.94 * size * Math.abs(turn.a)) / 2;
      const atX = turn.a * x + turn.c * y + turn.e, atY = turn.b * x + turn.d * y + turn.f;
      return [atX - across, atY - down, atX + across, atY + down];
    });
  }

  // The boxes of ink on a map in millimetres: of letters from 0.84 em above the line to 0.1 em below it, which is where
  // the ink of Chinese characters and of capitals and figures is (the box of a font is half as high again).
  function ink(map) {
    const found = [];
    const add = (kind, name, left, top, right, bottom) => found.push({ kind, name, left, top, right, bottom });
    for (const text of map.querySelectorAll("text")) {
      if (text.closest(".scale, .inset")) { continue; }
      if (text.hasAttribute("transform")) { letters(text).forEach((box) => add(text.getAttribute("class"), text.textContent, ...box)); continue; }
      const drawn = text.getBBox(), size = parseFloat(text.getAttribute("font-size")), line = parseFloat(text.getAttribute("y"));
      add(text.getAttribute("class"), text.textContent, drawn.x, line - 0.84 * size, drawn.x + drawn.width, line + 0.1 * size);
    }
    for (const shape of map.querySelectorAll(".marker, .furniture, rect.base")) {
      if (shape.matches(".inset .base")) { continue; }
      const drawn = shape.getBBox();
      add(shape.getAttribute("class"), "", drawn.x, drawn.y, drawn.x + drawn.width, drawn.y + drawn.height);
    }
    return found;
  }

  const meet = (a, b, slack) =>
    a.left < b.right - slack && b.left < a.right - slack && a.top < b.bottom - slack && b.top < a.bottom - slack;
  const isInside = (a, b) => a.left >= b.left - 0.3 && a.right <= b.right + 0.3 && a.top >= b.top - 0.3 && a.bottom <= b.bottom + 0.3;

  // Names, numbers, markers and boxes of a map that cover one another, and names that its edge cuts. A number is meant to
  // stand in its marker. A tenth of a millimetre is less than the white around the letters.
  function collisions() {
    return [...document.querySelectorAll("svg.map:not(.symbol)")].flatMap((map) => {
      const all = ink(map), [, , width, height] = map.getAttribute("viewBox").split(" ").map(Number);
      const faults = [];
      all.forEach((a, k) => all.slice(0, k).forEach((b) => {
        const isOwn = [a, b].some((x) => x.kind === "number") && [a, b].some((x) => x.kind === "marker") && (isInside(a, b) || isInside(b, a));
        const isOneName = a.kind === "road-name" && b.kind === "road-name" && a.name === b.name; // its own letters
        if (!isOwn && !isOneName && meet(a, b, 0.1)) { faults.push(`${a.kind} "${a.name}" and ${b.kind} "${b.name}"`); }
      }));
      const edge = { left: 0, top: 0, right: width, bottom: height };
      all.filter((a) => !isInside(a, edge)).forEach((a) => faults.push(`${a.kind} "${a.name}" is cut by the edge`));
      return faults;
    });
  }

  // Stops that have no number on the map, and those whose name stands neither on it nor beside it.
  function unlabelled() {
    const texts = (selector) => [...document.querySelectorAll(selector)].map((element) => element.textContent);
    const drawn = new Set(texts("svg.map .stops text.number")), names = new Set(texts("svg.map text.name"));
    const listed = new Set(texts("ol.stops b"));
    return [...document.querySelectorAll(".itinerary tbody tr:not([class])")].flatMap((row) => {
      const number = row.cells[0].textContent, name = row.cells[3].textContent;
      const faults = drawn.has(number) ? [] : [`${number} is not on the map`];
      return listed.has(number) || names.has(name) ? faults : [...faults, `${number} "${name}" has no name`];
    });
  }

  window.checks = { spilled, covered, cut, wideCells, collisions, unlabelled };
})();
