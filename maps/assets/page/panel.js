// The panel: totals, weeks, the table of teams and days that switches routes, itineraries, villages, what is owed.
(function (page) {
  var data = page.data, words = data.words;
  page.font = getComputedStyle(document.body).fontFamily;
  page.state = {
    week: 0, teams: new Set(data.teams.keys()), days: new Set([0, 1, 2, 3, 4, 5, 6]), byDay: false, route: null, place: null,
    road: null
  };
  var state = page.state;

  function el(tag, style, text) {
    var made = document.createElement(tag);
    if (style) { made.className = style; }
    if (text !== undefined) { made.textContent = text; }
    return made;
  }
  function add(parent) {
    for (var k = 1; k < arguments.length; k += 1) { parent.appendChild(arguments[k]); }
    return parent;
  }
  function button(style, text, isOn, act) {
    var made = el("button", style, text);
    made.type = "button";
    made.setAttribute("aria-pressed", String(isOn));
    made.addEventListener("click", act);
    return made;
  }
  function fresh(id) { var found = document.getElementById(id); found.textContent = ""; return found; }
  function clock(minute) {
    return String(Math.floor(minute / 60)).padStart(2, "0") + ":" + String(minute % 60).padStart(2, "0");
  }
  function km(metres) { return (metres / 1000).toFixed(1); }

  page.shownRoutes = function () {
    return data.routes.filter(function (r) { return r.w === state.week && state.teams.has(r.t) && state.days.has(r.d); });
  };
  page.owedNow = function () { return data.owed.filter(function (o) { return o.weeks.includes(state.week); }); };
  page.namesInOrder = function (zoom) {
    var order = [], seen = new Set();
    function want(k, style) { if (!seen.has(k)) { seen.add(k); order.push([k, style]); } }
    if (state.place !== null) { want(state.place, "picked"); }
    page.basesInUse.forEach(function (k) { want(k, "base"); });
    page.owedNow().forEach(function (o) { want(o.place, "owed"); });
    page.visited.forEach(function (_, k) { want(k, "visited"); });
    if (zoom >= 11.5) { data.places.forEach(function (_, k) { want(k, "faint"); }); }
    return order;
  };

  function refresh() {
    showWeeks();
    showMatrix();
    showOptions();
    showDetail();
    showOwed();
    showClosed();
    page.draw();
  }
  page.pickRoute = function (route) {
    state.route = state.route === route ? null : route;
    state.place = state.road = null;
    if (state.route) { page.fit([route.from[0]].concat(route.stops.map(function (s) { return s[1]; }))); }
    refresh();
  };
  page.pickPlace = function (k) { state.place = k; state.route = state.road = null; refresh(); };
  page.pickRoad = function (k) { state.road = k; state.route = state.place = null; refresh(); };
  page.close = function () {
    if (state.place === null && state.route === null && state.road === null) { return; }
    state.place = state.route = state.road = null;
    refresh();
  };

  function showHead() {
    fresh("county").textContent = data.county;
    fresh("period").textContent = data.period + " · " + words.internal;
    var verdict = fresh("verdict");
    verdict.textContent = data.verdict.sentence;
    verdict.className = data.verdict.good ? "good" : "bad";
    var totals = fresh("totals");
    [["visits", data.totals.visits], ["owed", data.totals.owed], ["villages", data.totals.villages.join(" / ")],
      ["km", data.totals.km], ["hours", data.totals.hours]].forEach(function (pair) {
      var cell = el("div", pair[0] === "owed" && pair[1] ? "alarm" : "");
      add(totals, add(cell, el("dd", "", String(pair[1])), el("dt", "", words[pair[0]])));
    });
  }

  function showWeeks() {
    var nav = fresh("weeks");
    function choose(k) { state.week = k; state.route = state.road = null; refresh(); }
    if (data.weeks.length <= 5) {
      data.weeks.forEach(function (label, k) {
        add(nav, button("week", label, k === state.week, function () { choose(k); }));
      });
      return;
    }
    var list = el("select");
    list.setAttribute("aria-label", words.week);
    data.weeks.forEach(function (label, k) { var option = el("option", "", label); option.value = k; add(list, option); });
    list.value = state.week;
    list.addEventListener("change", function () { choose(Number(list.value)); });
    add(nav, list);
  }

  // One row a team, one column a day: a heading switches its row or column, a cell opens its route.
  function showMatrix() {
    var table = el("table"), head = el("tr"), used = new Set();
    data.routes.forEach(function (r) { if (r.w === state.week) { used.add(r.d); } });
    var days = Array.from(used).sort();
    var all = state.teams.size === data.teams.length;
    add(head, add(el("th"), button("all", all ? words.no_teams : words.all_teams, all, function () {
      state.teams = new Set(all ? [] : data.teams.keys());
      refresh();
    })));
    days.forEach(function (d) {
      var mark = button("day", data.weekdays[d], state.days.has(d), function () { flip(state.days, d); });
      mark.title = data.days[state.week][d];
      mark.style.setProperty("--colour", state.byDay ? data.dayStyles[d] : "#444");
      add(head, add(el("th"), mark));
    });
    add(head, el("th", "", "km"));
    add(table, head);
    data.working.forEach(function (t) { add(table, teamRow(data.teams[t], t, days)); });
    add(fresh("matrix"), table);
  }
  function flip(set, key) {
    if (!set.delete(key)) { set.add(key); }
    state.route = null;
    refresh();
  }
  function teamRow(team, t, days) {
    var row = el("tr"), metres = 0;
    var mark = button("team", team.name, state.teams.has(t), function () { flip(state.teams, t); });
    mark.style.setProperty("--colour", state.byDay ? "#444" : team.colour);
    mark.title = team.about;
    add(row, add(el("th"), mark));
    days.forEach(function (d) {
      var cell = el("td");
      data.routes.forEach(function (r) {
        if (r.w !== state.week || r.t !== t || r.d !== d) { return; }
        metres += r.km;
        var isShown = state.teams.has(t) && state.days.has(d);
        var dot = button("cell" + (r === state.route ? " picked" : ""), String(r.stops.length), isShown, function () {
          state.teams.add(t);
          state.days.add(d);
          page.pickRoute(r);
        });
        dot.style.setProperty("--colour", page.colourOf(r));
        add(cell, dot);
      });
      add(row, cell);
    });
    return add(row, el("td", "km", String(Math.round(metres / 1000))));
  }

  function showOptions() {
    var options = fresh("options");
    [false, true].forEach(function (byDay) {
      add(options, button("option", byDay ? words.by_day : words.by_team, state.byDay === byDay, function () {
        state.byDay = byDay;
        refresh();
      }));
    });
    add(options, button("option", words.whole, false, function () { page.close(); page.fit(Array.from(data.places.keys())); }));
    var find = el("input");
    find.type = "search";
    find.placeholder = words.find;
    find.setAttribute("aria-label", words.find);
    find.addEventListener("change", function () {
      var wanted = find.value.trim();
      var found = wanted ? data.places.findIndex(function (p, k) { return k >= data.bases && p[0].includes(wanted); }) : -1;
      if (found >= 0) { page.map.setView(page.dots[found].getLatLng(), Math.max(page.map.getZoom(), 12), { animate: false }); page.pickPlace(found); }
    });
    add(options, find);
    if (data.routes.some(function (r) { return r.legs.some(function (leg) { return leg < 0; }); })) {
      add(options, el("p", "guess", words.estimated_note));
    }
  }

  function showDetail() {
    var detail = fresh("detail");
    detail.hidden = state.route === null && state.place === null && state.road === null;
    if (state.route) { showRoute(detail, state.route); }
    if (state.place !== null) { showPlace(detail, state.place); }
    if (state.road !== null) { heading(detail, data.closed[state.road].name, data.closed[state.road].sentence); }
    if (!detail.hidden) { add(detail, button("close", words.close, false, page.close)); detail.scrollIntoView({ block: "nearest" }); }
  }
  function heading(detail, text, sub, colour) {
    var title = el("h2", "", text);
    if (colour) { title.style.setProperty("--colour", colour); title.className = "coloured"; }
    add(detail, title, el("p", "sub", sub));
  }
  function showRoute(detail, route) {
    heading(detail, data.teams[route.t].name, [data.days[route.w][route.d], km(route.km) + " km",
      words.drive + " " + clock(route.drive)].join(" · "), page.colourOf(route));
    var table = el("table", "itinerary"), lunch = route.lunch, legs = route.legs.slice();
    function row(style, cells) {
      var made = el("tr", style);
      cells.forEach(function (cell) { add(made, el("td", "", cell)); });
      add(table, made);
    }
    function way(metres, minutes) {
      if (!metres && !minutes) { return ""; }
      return (legs.shift() < 0 ? "≈ " + words.estimated + " " : "") + km(metres) + " km / " + minutes + "′";
    }
    row("base", ["", clock(route.from[1]), data.places[route.from[0]][0], ""]);
    route.stops.forEach(function (s, k) {
      route.loads.forEach(function (l) {
        if (l[0] !== k) { return; }
        if (lunch && lunch[0] <= l[2]) { row("lunch", ["", clock(lunch[0]) + "–" + clock(lunch[1]), words.lunch, ""]); lunch = null; }
        row("base", ["", clock(l[2]) + "–" + clock(l[3]), data.places[l[1]][0] + " · " + words.load, way(l[4], l[5])]);
      });
      if (lunch && lunch[0] <= s[4]) { row("lunch", ["", clock(lunch[0]) + "–" + clock(lunch[1]), words.lunch, ""]); lunch = null; }
      row("", [s[0], clock(s[4]) + "–" + clock(s[5]), data.places[s[1]][0] + "　" + data.services[s[2]], way(s[6], s[7])]);
    });
    if (lunch) { row("lunch", ["", clock(lunch[0]) + "–" + clock(lunch[1]), words.lunch, ""]); }
    row("base", ["", clock(route.to[1]), data.places[route.to[0]][0] + (route.out ? " · " + words.overnight : ""), way(route.to[2], route.to[3])]);
    add(detail, table);
  }
  function showPlace(detail, k) {
    var place = data.places[k];
    heading(detail, place[0], [k < data.bases ? words.base : place[1], place[2] ? place[2] + " " + words.people : ""].filter(Boolean).join(" · "));
    var list = el("ul", "visits"), count = 0;
    data.routes.forEach(function (r) {
      r.stops.forEach(function (s) {
        if (s[1] !== k) { return; }
        count += 1;
        var line = button("visit", data.days[r.w][r.d] + "  " + clock(s[4]) + "–" + clock(s[5]) + "  " + data.teams[r.t].name +
          "  " + data.services[s[2]], false, function () {
          state.week = r.w;
          state.teams.add(r.t);
          state.days.add(r.d);
          state.route = null;
          page.pickRoute(r);
        });
        line.style.setProperty("--colour", page.colourOf(r));
        add(list, add(el("li"), line));
      });
    });
    data.owed.forEach(function (o) {
      if (o.place === k) { add(list, el("li", "owed", words.unserved + ": " + o.sentence)); count += 1; }
    });
    place[3].forEach(function (sentence) { add(detail, el("p", "shut", sentence)); });
    if (k >= data.bases) { add(detail, count ? list : el("p", "", words.no_visits)); }
  }

  function showOwed() {
    var section = fresh("owed"), now = page.owedNow();
    if (!data.owed.length) { return; }
    add(section, el("h3", "", words.unserved + " (" + now.length + ")"));
    if (!now.length) { add(section, el("p", "sub", words.nothing_owed)); }
    now.forEach(function (o) {
      var line = button("owed", data.places[o.place][0], false, function () { page.pickPlace(o.place); page.fit([o.place]); });
      add(section, line, el("p", "sub", o.sentence));
    });
  }
  function showClosed() {
    var section = fresh("closed");
    if (!data.closed.length) { return; }
    var now = data.closed.map(function (road, k) { return k; }).filter(function (k) {
      return data.closed[k].weeks.includes(state.week);
    });
    add(section, el("h3", "", words.closed + " (" + now.length + ")"));
    if (!now.length) { add(section, el("p", "sub", words.none_closed)); }
    now.forEach(function (k) {
      var line = button("tape", data.closed[k].name, state.road === k, function () { page.pickRoad(k); page.fitRoad(k); });
      add(section, line, el("p", "sub", data.closed[k].sentence));
    });
  }
  function showRemarks() {
    var section = fresh("remarks");
    [["findings", data.findings], ["notes", data.notes]].forEach(function (pair) {
      if (!pair[1].length) { return; }
      var list = el("ul");
      pair[1].forEach(function (sentence) { add(list, el("li", "", sentence)); });
      add(section, el("h3", "", words[pair[0]]), list);
    });
  }

  showHead();
  showRemarks();
  page.fit(Array.from(data.places.keys()));
  refresh();
  document.documentElement.dataset.ready = "yes";
})(xunzhen);
