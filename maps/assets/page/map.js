// The map's side of the page: routes drawn from numbered legs, dots, numbers and names. Names only by textContent.
"use strict";
var xunzhen = { data: JSON.parse(document.getElementById("xunzhen-data").textContent) };

(function (page) {
  var data = page.data, map = map_county;
  var legs = [], dots = [], lines = [];
  var chosen = L.layerGroup().addTo(map), owedRings = L.layerGroup().addTo(map);
  var letters = L.DomUtil.create("div", "letters leaflet-zoom-hide", map.createPane("letters"));
  var ruler = document.createElement("canvas").getContext("2d");

  geo_json_legs.eachLayer(function (layer) { legs[layer.feature.id] = layer.getLatLngs(); });
  geo_json_places.eachLayer(function (layer) { dots[layer.feature.id] = layer; });
  page.map = map;
  page.legs = legs;
  page.dots = dots;
  page.visited = new Map(); // place -> colour of the route that is shown

  // A line beside the road it follows, on the side of travel, so that routes on one road stay apart. In pixels.
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
    var points = places.map(function (k) { return dots[k].getLatLng(); });
    if (points.length) { map.fitBounds(L.latLngBounds(points), { padding: [40, 40], maxZoom: 14, animate: false }); }
  };

  page.colourOf = function (route) {
    return page.state.byDay ? data.dayStyles[route.d] : data.teams[route.t].colour;
  };

  function drawRoute(route, offset, isFaded) {
    var isPicked = page.state.route === route;
    var look = {
      color: page.colourOf(route), weight: isPicked ? 5 : 3, opacity: isFaded ? 0.22 : 0.95,
      offset: isPicked ? 0 : offset, smoothFactor: 1.6, lineCap: "butt"
    };
    var known = route.legs.filter(function (leg) { return leg >= 0; }).map(function (leg) { return legs[leg]; });
    var guessed = route.legs.filter(function (leg) { return leg < 0; }).map(function (leg) { return legs[-1 - leg]; });
    [[known, null], [guessed, "4 6"]].forEach(function (pair) {
      if (!pair[0].length) { return; }
      if (!isFaded) {
        var casing = { color: "#fff", weight: look.weight + 2.4, opacity: 0.85, interactive: false };
        chosen.addLayer(new SideLine(pair[0], Object.assign({}, look, casing)));
      }
      var line = new SideLine(pair[0], Object.assign({ dashArray: pair[1] }, look));
      line.on("click", function (event) { L.DomEvent.stopPropagation(event); page.pickRoute(route); });
      chosen.addLayer(line);
      lines.push(line);
    });
  }

  page.draw = function () {
    var shown = page.shownRoutes(), picked = page.state.route;
    chosen.clearLayers();
    owedRings.clearLayers();
    lines = [];
    var ranks = new Map();
    shown.forEach(function (route) {
      var key = page.state.byDay ? route.d : route.t;
      if (!ranks.has(key)) { ranks.set(key, ranks.size % 4); }
    });
    var step = shown.length > 40 ? 1.2 : 2.6;
    shown.forEach(function (route) {
      if (route !== picked) {
        drawRoute(route, 1 + step * ranks.get(page.state.byDay ? route.d : route.t), Boolean(picked));
      }
    });
    if (picked) { drawRoute(picked, 0, false); }
    drawDots(shown, picked);
    page.write();
  };

  function drawDots(shown, picked) {
    var visited = new Map();
    shown.forEach(function (route) {
      if (picked && route !== picked) { return; }
      route.stops.forEach(function (stop) { visited.set(stop[1], page.colourOf(route)); });
    });
    dots.forEach(function (dot, k) {
      var isBase = k < data.bases, colour = visited.get(k);
      dot.setRadius(isBase ? 7 : colour ? 5 : 3.2);
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
    page.visited = visited;
  }

  // Names and stop numbers as text elements, the important ones first, each only where it covers no other.
  page.write = function () {
    var taken = [], size = map.getSize(), picked = page.state.route;
    letters.textContent = "";
    function put(text, style, k, dx, dy, width, height, must) {
      var at = map.latLngToContainerPoint(dots[k].getLatLng());
      var box = [at.x + dx, at.y + dy, at.x + dx + width, at.y + dy + height];
      if (box[2] < 0 || box[3] < 0 || box[0] > size.x || box[1] > size.y) { return false; }
      var clash = taken.some(function (b) { return b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3]; });
      if (clash && !must) { return false; }
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
        put(stop[0], "number", stop[1], -11, -10, 22, 20, true);
        letters.lastChild.style.color = page.colourOf(picked);
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
