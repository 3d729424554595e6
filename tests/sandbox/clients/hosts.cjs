"use strict";
// Stands for a line in the hosts file: Flinks' host names lead to the sandbox on this machine.
const https = require("node:https");

const connect = https.Agent.prototype.createConnection;
https.Agent.prototype.createConnection = function (options, callback) {
  if (!/\.private\.fin\.ag$/.test(options.host)) return connect.call(this, options, callback);
  const here = { host: "127.0.0.1", port: Number(process.env.SANDBOX_PORT) };
  return connect.call(this, { ...options, ...here, servername: options.host }, callback);
};
