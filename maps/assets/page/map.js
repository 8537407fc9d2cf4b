// The map's side of the page: routes drawn from numbered legs, dots, numbers and names. Names only by textContent.
"use strict";
var xunzhen = { data: JSON.parse(document.getElementById("xunzhen-data").textContent) };

(function (page) {
  var data = page.data, map = map_county;
  var stretches = [], dots = [], roads = [];
  var tape = L.layerGroup().addTo(map), chosen = L.layerGroup().addTo(map), owedRings = L.layerGroup().addTo(map);
  var letters = L.DomUtil.create("div", "letters leaflet-zoom-hide", map.createPane("letters"));
  var ruler = document.createElement("canvas").getContext("2d");

  if (window.geo_json_stretches) {
    geo_json_stretches.eachLayer(function (layer) { stretches[layer.feature.id] = layer.getLatLngs(); });
  }
  if (window.geo_json_closed) {
    geo_json_closed.eachLayer(function (layer) { roads[layer.feature.id] = layer.getLatLngs(); });
  }
  geo_json_places.eachLayer(function (layer) { dots[layer.feature.id] = layer; });
  page.map = map;
  page.dots = dots;
  page.basesInUse = new Set();
  page.visited = new Map(); // place -> colour of the route that is shown

  // A line beside the road it follows, so that those on one road stay apart. In pixels.
  var SideLine = L.Polyline.extend({
    _simplifyPoints: function () {
      L.Polyline.prototype._simplifyPoints.call(this);
      var offset = this.options.offset;
      if (offset) { this._parts = this._parts.map(function (part) { return beside(part, offset); }); }
    }
  });

  function beside(points, offset) {
    var normals = points.slice(1).map(function (p, k) {
      var dx = p.x - points[k].x, dy = p.y - points[k].y, length = Math.hypot(dx, dy) || 1;
      return [-dy / length, dx / length];
    });
    return points.map(function (p, k) {
      var a = normals[Math.max(0, k - 1)], b = normals[Math.min(k, normals.length - 1)];
      if (!a) { return p; }
      var x = a[0] + b[0], y = a[1] + b[1], scale = offset / Math.max(0.5 * (x * x + y * y), 0.7);
      return L.point(p.x + x * scale, p.y + y * scale);
    });
  }

  page.fit = function (places) {
    fitTo(places.map(function (k) { return dots[k].getLatLng(); }));
  };
  page.fitRoad = function (k) { fitTo(roads[k].flat(Infinity)); };

  function fitTo(points) {
    if (points.length) { map.fitBounds(L.latLngBounds(points), { padding: [40, 40], maxZoom: 14, animate: false }); }
  }

  page.colourOf = function (route) {
    return page.state.byDay ? data.dayStyles[route.d] : data.teams[route.t].colour;
  };

  // Every stretch with the keys (teams or days) that use it, those that are only estimated apart.
  function usersOf(routes) {
    var users = new Map();
    routes.forEach(function (route) {
      route.legs.concat(route.walks).forEach(function (leg) {
        var isGuess = leg < 0;
        data.legs[isGuess ? -1 - leg : leg].forEach(function (stretch) {
          var id = stretch * 2 + (isGuess ? 1 : 0);
          if (!users.has(id)) { users.set(id, new Map()); }
          users.get(id).set(page.state.byDay ? route.d : route.t, route);
        });
      });
    });
    return users;
  }

  // Stretches of one look are one line: keys on a road lie side by side around its middle.
  function linesOf(routes, isFaded) {
    var looks = new Map();
    usersOf(routes).forEach(function (keys, id) {
      var order = Array.from(keys.keys()).sort(function (a, b) { return a - b; });
      var step = Math.min(3.6, 16 / order.length);
      order.forEach(function (key, rank) {
        var offset = step * (rank - (order.length - 1) / 2), look = [key, offset.toFixed(1), id % 2].join(" ");
        if (!looks.has(look)) {
          looks.set(look, { parts: [], style: {
            color: page.colourOf(keys.get(key)), weight: 3, opacity: isFaded ? 0.25 : 1, offset: offset,
            dashArray: id % 2 ? "4 6" : null, smoothFactor: 1.6, lineCap: id % 2 ? "butt" : "round"
          }, key: key });
        }
        looks.get(look).parts.push(stretches[Math.floor(id / 2)]);
      });
    });
    return Array.from(looks.values());
  }

  function show(looks, weight, routes) {
    looks.forEach(function (look) {
      var casing = { color: "#fff", weight: weight + 2.4, opacity: 0.85, interactive: false, dashArray: null };
      chosen.addLayer(new SideLine(look.parts, Object.assign({}, look.style, casing)));
    });
    looks.forEach(function (look) {
      var line = new SideLine(look.parts, Object.assign({}, look.style, { weight: weight, className: "route" }));
      line.on("click", function (event) {
        L.DomEvent.stopPropagation(event);
        page.pickRoute(nearest(routes.filter(function (r) {
          return (page.state.byDay ? r.d : r.t) === look.key;
        }), event.latlng));
      });
      chosen.addLayer(line);
    });
  }

  // Barrier tape on the roads that are closed in the week: above the routes, which may follow them on other days.
  function showClosed() {
    tape.clearLayers();
    data.closed.forEach(function (road, k) {
      if (!road.weeks.includes(page.state.week)) { return; }
      tape.addLayer(L.polyline(roads[k], { color: "#c40d1e", weight: 7, lineCap: "butt", interactive: false }));
      var stripes = { color: "#fff", weight: 4, lineCap: "butt", dashArray: "6 8", className: "closed" };
      tape.addLayer(L.polyline(roads[k], stripes).on("click", function (event) {
        L.DomEvent.stopPropagation(event);
        page.pickRoad(k);
      }));
    });
  }

  // The route whose way passes nearest to where was clicked; the earliest of several.
  function nearest(routes, at) {
    var best = routes[0], least = Infinity;
    routes.forEach(function (route) {
      route.legs.forEach(function (leg) {
        data.legs[leg < 0 ? -1 - leg : leg].forEach(function (stretch) {
          stretches[stretch].forEach(function (point) {
            var away = Math.hypot(point.lng - at.lng, point.lat - at.lat);
            if (away < least) { least = away; best = route; }
          });
        });
      });
    });
    return best;
  }

  page.draw = function () {
    var shown = page.shownRoutes(), picked = page.state.route;
    chosen.clearLayers();
    owedRings.clearLayers();
    show(linesOf(shown.filter(function (r) { return r !== picked; }), Boolean(picked)), picked ? 2 : 3, shown);
    if (picked) { show(linesOf([picked], false), 4.5, [picked]); }
    showClosed();
    drawDots(shown, picked);
    page.write();
  };

  function drawDots(shown, picked) {
    var visited = new Map(), inUse = new Set();
    shown.forEach(function (route) { inUse.add(route.from[0]).add(route.to[0]); });
    shown.forEach(function (route) {
      if (picked && route !== picked) { return; }
      route.stops.forEach(function (stop) { visited.set(stop[1], page.colourOf(route)); });
    });
    dots.forEach(function (dot, k) {
      var isBase = k < data.bases, colour = visited.get(k);
      dot.setRadius(isBase ? (inUse.has(k) ? 7 : 4) : colour ? 5 : 3.2);
      dot.setStyle({
        color: isBase ? "#fff" : colour || "#8a8a8a", weight: isBase ? 2 : colour ? 2.4 : 1,
        fillColor: isBase ? "#111" : "#fff", fillOpacity: 1
      });
      dot.bringToFront();
    });
    page.owedNow().forEach(function (owed) {
      var ring = { radius: 9, color: "#c40d1e", weight: 2.6, fill: false, interactive: false };
      owedRings.addLayer(L.circleMarker(dots[owed.place].getLatLng(), ring));
    });
    if (page.state.place !== null) {
      var ring = { radius: 10, color: "#111", weight: 3, fill: false, interactive: false, className: "picked" };
      owedRings.addLayer(L.circleMarker(dots[page.state.place].getLatLng(), ring));
    }
    page.visited = visited;
    page.basesInUse = inUse;
  }

  // Names and stop numbers as text elements, the important ones first, each only where it covers no other.
  page.write = function () {
    var taken = [], size = map.getSize(), picked = page.state.route;
    letters.textContent = "";
    function put(text, style, k, dx, dy, width, height, must) {
      var at = map.latLngToContainerPoint(dots[k].getLatLng());
      var box = [at.x + dx, at.y + dy, at.x + dx + width, at.y + dy + height];
      if (box[2] < 0 || box[3] < 0 || box[0] > size.x || box[1] > size.y) { return false; }
      var isCut = box[0] < 0 || box[1] < 0 || box[2] > size.x || box[3] > size.y;
      var clash = taken.some(function (b) { return b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3]; });
      if ((clash || isCut) && !must) { return false; }
      taken.push(box);
      var span = document.createElement("span");
      span.className = style;
      span.textContent = text;
      letters.appendChild(span);
      L.DomUtil.setPosition(span, map.containerPointToLayerPoint([box[0], box[1]]).round());
      return true;
    }
    if (picked) {
      picked.stops.forEach(function (stop) {
        if (put(stop[0], "number", stop[1], -11, -10, 22, 20, true)) {
          letters.lastChild.style.color = page.colourOf(picked);
        }
      });
    } else {
      dots.forEach(function (dot) {
        var at = map.latLngToContainerPoint(dot.getLatLng());
        taken.push([at.x - 3, at.y - 3, at.x + 3, at.y + 3]);
      });
    }
    page.namesInOrder(map.getZoom()).forEach(function (entry) {
      var name = shorten(data.places[entry[0]][0]), isStrong = entry[1] !== "faint";
      ruler.font = (isStrong ? "600 13px " : "12px ") + page.font;
      var width = ruler.measureText(name).width + 4, gap = picked ? 12 : 7;
      put(name, "name " + entry[1], entry[0], gap, -9, width, 18) ||
        put(name, "name " + entry[1], entry[0], -gap - width, -9, width, 18) ||
        put(name, "name " + entry[1], entry[0], -width / 2, -gap - 18, width, 18) ||
        put(name, "name " + entry[1], entry[0], -width / 2, gap, width, 18);
    });
  };

  function shorten(name) { var chars = Array.from(name); return chars.length > 24 ? chars.slice(0, 23).join("") + "…" : name; }

  dots.forEach(function (dot, k) {
    dot.on("click", function (event) { L.DomEvent.stopPropagation(event); page.pickPlace(k); });
  });
  map.on("click", function () { page.close(); });
  map.on("moveend resize", function () { page.write(); });
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
})(xunzhen);
