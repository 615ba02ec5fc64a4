"use strict";
/* Numbers as people say them, the same way as the program's text output: three significant digits. */
const hpalab = {};

hpalab.format = (() => {
  const rounded = (value) => {
    if (value === null || !Number.isFinite(value)) return "-";
    const three = Number(value.toPrecision(3));
    return three.toLocaleString("en-US", { maximumFractionDigits: 6 });
  };

  const duration = (seconds) => {
    if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "-";
    const size = Math.abs(seconds);
    const sign = seconds < 0 ? "\u2212" : "";
    if (size === 0) return "0 s";
    if (size < 0.9995) return `${sign}${rounded(size * 1000)} ms`;
    if (size < 99.95) return `${sign}${rounded(size)} s`;
    const whole = Math.round(size);
    if (whole < 3600) return `${sign}${Math.floor(whole / 60)} min ${whole % 60} s`;
    return `${sign}${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  };

  const milliseconds = (value) => (value === null ? "-" : duration(value / 1000));

  /* A moment on the time axis. */
  const moment = (seconds) => {
    const sign = seconds < 0 ? "\u2212" : "";
    const size = Math.abs(seconds);
    if (size < 120) return `${sign}${Number(size.toFixed(size < 10 ? 2 : 1))} s`;
    const rest = Math.round(size) % 60;
    return `${sign}${Math.floor(Math.round(size) / 60)}:${String(rest).padStart(2, "0")}`;
  };

  const count = (value) => (value === null ? "-" : value.toLocaleString("en-US"));

  return { rounded, duration, milliseconds, moment, count };
})();
