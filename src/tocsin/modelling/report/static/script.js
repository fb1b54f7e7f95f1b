"use strict";
(function () {
  var finder = document.getElementById("finder");
  if (finder) {
    var rows = JSON.parse(document.getElementById("others").textContent);
    var body = finder.querySelector("tbody"), box = finder.querySelector("input"), more = finder.querySelector("button");
    var found = finder.querySelector(".found"), shown = 0, step = 25, wanted = rows;
    var add = function () {
      wanted.slice(shown, shown + step).forEach(function (row) {
        var tr = body.insertRow();
        row.forEach(function (value, i) {
          var td = tr.insertCell();
          td.textContent = value;
          if (i > 1 && i < 6) td.className = "num";
        });
      });
      shown = Math.min(shown + step, wanted.length);
      found.textContent = shown.toLocaleString("en") + " of " + wanted.length.toLocaleString("en") + " shown";
      more.hidden = shown >= wanted.length;
    };
    var restart = function () {
      var text = box.value.trim().toLowerCase();
      wanted = text ? rows.filter(function (r) { return (r[0] + " " + r[1] + " " + r[6]).toLowerCase().indexOf(text) >= 0; }) : rows;
      body.textContent = "";
      shown = 0;
      add();
    };
    box.addEventListener("input", restart);
    more.addEventListener("click", function () { step = 200; add(); });
    restart();
  }
  document.querySelectorAll(".timeline").forEach(function (svg) {
    var first = +svg.dataset.first, last = +svg.dataset.last, left = +svg.dataset.left, right = +svg.dataset.right;
    var cursor = svg.querySelector(".cursor"), marks = svg.closest(".event").querySelectorAll("[data-t]");
    var light = function (t) {
      var best = {};
      marks.forEach(function (m) {
        var table = m.closest("table");
        m.closest("tr").classList.remove("at");
        if (+m.dataset.t <= t) best[table.className] = m.closest("tr");
      });
      Object.keys(best).forEach(function (k) { best[k].classList.add("at"); });
    };
    svg.addEventListener("mousemove", function (e) {
      var box = svg.getBoundingClientRect(), x = (e.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
      if (x < left || x > right) return;
      cursor.setAttribute("x1", x);
      cursor.setAttribute("x2", x);
      light(first + (x - left) / (right - left) * (last - first));
    });
    svg.addEventListener("mouseleave", function () {
      cursor.setAttribute("x1", -9);
      cursor.setAttribute("x2", -9);
      light(-1e12);
    });
  });
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (d) { if (!d.querySelector(".all")) d.open = true; });
  });
})();
