"use strict";

(() => {
  const { figures, tables, themes } = JSON.parse(document.getElementById("data").textContent);

  /* Figures: drawn by Vega in the colours of the page, and drawn again when these change. */

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const drawn = new Map();

  /* Vega lays a figure out for the whole width, and then narrows it by its axes. A legend that gets one more row then has
     no room for it until the figure is laid out again. */
  const settle = (view) => view.resize().runAsync();

  async function draw(host) {
    const name = host.dataset.figure;
    drawn.get(name)?.finalize();
    drawn.delete(name);
    const shade = dark.matches ? "dark" : "light";
    const result = await vegaEmbed(host, figures[name], {
      actions: false,
      ast: true, // expressions are interpreted, because the policy forbids turning text into code
      config: themes[shade],
      renderer: "svg",
      tooltip: { theme: shade },
    });
    drawn.set(name, result);
    await settle(result.view);
    host.dataset.shade = shade;
  }

  async function drawAll() {
    for (const host of document.querySelectorAll(".drawing")) {
      try {
        await draw(host);
      } catch (error) {
        host.textContent = `This figure could not be drawn: ${error.message}`;
        console.error(error);
      }
    }
    document.documentElement.dataset.drawn = dark.matches ? "dark" : "light";
  }

  // Vega listens to the window too, and was there first: by now it has the new widths.
  addEventListener("resize", () => requestAnimationFrame(() => drawn.forEach(({ view }) => settle(view))));

  async function save(name) {
    const svg = await drawn.get(name).view.toSVG();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    link.download = `${name}.svg`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  for (const button of document.querySelectorAll("button.save"))
    button.addEventListener("click", () => save(button.dataset.figure));

  /* Tables: searched, sorted, and shown page by page. Values are only ever inserted as text. */

  const ROWS = 10;
  const CHIPS = 8;
  const NOTHING = "–";
  const fixed = (digits, more) =>
    new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits, ...more });
  const [whole, tenths, hundredths] = [fixed(0), fixed(1), fixed(2)];
  const difference = fixed(2, { signDisplay: "always" });
  const numbers = {
    count: (value) => whole.format(value),
    share: (value) => `${tenths.format(value * 100)}\u00a0%`,
    number: (value) => hundredths.format(value),
    signed: (value) => difference.format(value).replace("-", "−"),
  };

  function element(tag, kind, text) {
    const made = document.createElement(tag);
    if (kind) made.className = kind;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function words(text, kind) {
    const made = element("bdi", kind, text);
    if (text.length > 120) {
      made.classList.add("long");
      made.tabIndex = 0;
      made.title = text;
    }
    return made;
  }

  function list(values, kind) {
    const made = element("ul", kind);
    const most = kind === "tags" ? CHIPS : values.length;
    const add = (value) => {
      const item = element("li");
      item.append(words(value));
      made.append(item);
    };
    values.slice(0, most).forEach(add);
    if (values.length > most) {
      const rest = element("button", "more", `${values.length - most} more`);
      rest.type = "button";
      const item = element("li", "rest");
      item.append(rest);
      made.append(item);
      rest.addEventListener("click", () => {
        item.remove();
        values.slice(most).forEach(add);
      });
    }
    return made;
  }

  function cell(value, kind, title) {
    const made = element("td", kind);
    made.dataset.title = title;
    if (value === null || value.length === 0) made.append(element("span", "nothing", NOTHING));
    else if (Array.isArray(value)) made.append(list(value, kind));
    else made.append(kind in numbers ? numbers[kind](value) : words(String(value)));
    return made;
  }

  const folded = (text) => text.normalize("NFKC").toLowerCase();
  const order = new Intl.Collator("en", { numeric: true });

  function compare(one, other) {
    if (typeof one === "number" && typeof other === "number") return one - other;
    return order.compare(String(one), String(other));
  }

  function browse(host) {
    const { kinds, rows } = tables[host.dataset.table];
    const headings = [...host.querySelectorAll("th")];
    const titles = headings.map((heading) => heading.textContent.trim());
    const texts = rows.map((row) => folded(row.flat().filter((value) => typeof value === "string").join("\n")));
    const all = rows.map((_, nth) => nth);
    const [input, status, body] = ["input", "[role=status]", "tbody"].map((part) => host.querySelector(part));
    const [previous, next, place] = [".previous", ".next", ".pages span"].map((part) => host.querySelector(part));
    let found = all;
    let sorted = null;
    let first = 0;

    function show() {
      const shown = found.slice(first, first + ROWS);
      body.replaceChildren(
        ...shown.map((nth) => {
          const line = element("tr");
          line.append(...rows[nth].map((value, at) => cell(value, kinds[at], titles[at])));
          return line;
        }),
      );
      const many = `${whole.format(found.length)} ${found.length === 1 ? "row" : "rows"}`;
      status.textContent = found.length === rows.length ? many : `${many} of ${whole.format(rows.length)}`;
      const last = Math.min(first + ROWS, found.length);
      place.textContent = found.length ? `${whole.format(first + 1)}–${whole.format(last)}` : "nothing found";
      previous.disabled = first === 0;
      next.disabled = last >= found.length;
      host.querySelector(".pages").hidden = rows.length <= ROWS;
    }

    function find() {
      const wanted = folded(input.value.trim());
      found = wanted ? all.filter((nth) => texts[nth].includes(wanted)) : [...all];
      if (sorted) {
        const { column, way } = sorted;
        const empty = (nth) => rows[nth][column] === null;
        found.sort((one, other) => {
          if (empty(one) || empty(other)) return empty(one) - empty(other) || one - other;
          return way * compare(rows[one][column], rows[other][column]) || one - other;
        });
      }
      first = 0;
      show();
    }

    function sort(column) {
      const upwards = !(kinds[column] in numbers);
      const again = sorted && sorted.column === column;
      sorted = { column, way: again ? -sorted.way : upwards ? 1 : -1 };
      headings.forEach((heading, at) => {
        if (at === column) heading.setAttribute("aria-sort", sorted.way > 0 ? "ascending" : "descending");
        else heading.removeAttribute("aria-sort");
      });
      find();
    }

    function turn(by) {
      first += by * ROWS;
      show();
      host.querySelector(".wide").scrollTo({ left: 0 });
    }

    input.addEventListener("input", find);
    previous.addEventListener("click", () => turn(-1));
    next.addEventListener("click", () => turn(1));
    headings.forEach((heading, at) => heading.querySelector("button").addEventListener("click", () => sort(at)));
    show();
  }

  document.querySelectorAll(".browse").forEach(browse);

  /* Contents: the entry of the section in view is marked. */

  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries)
        if (isIntersecting) {
          links.forEach((link) => link.removeAttribute("aria-current"));
          const link = links.get(target.id);
          link.setAttribute("aria-current", "true");
          const bar = link.closest("nav");
          bar.scrollTo({ left: link.offsetLeft - bar.clientWidth / 2 + link.offsetWidth / 2 });
        }
    },
    { rootMargin: "-15% 0px -80% 0px" },
  );
  document.querySelectorAll("main section").forEach((section) => seen.observe(section));

  drawAll();
  dark.addEventListener("change", drawAll);
})();
