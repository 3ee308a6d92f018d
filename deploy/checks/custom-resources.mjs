// Reads custom resources as JSON, prints what is wrong with them as JSON. The packages hold compiled validators, which say
// nothing of unknown fields; but whatever a validator never looked at is a field that the schema does not have.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";

const PACKAGES = {
  "external-secrets.io": "@kubernetes-models/external-secrets",
  "gateway.networking.k8s.io": "@kubernetes-models/gateway-api",
  "keda.sh": "@kubernetes-models/keda",
  "monitoring.coreos.com": "@kubernetes-models/prometheus-operator",
};

const require = createRequire(`${process.argv[2]}/`);

function watched(value, path, seen) {
  if (value === null || typeof value !== "object") return value;
  const parts = new Map();
  return new Proxy(value, {
    get(target, key) {
      if (typeof key !== "string" || !Object.hasOwn(target, key)) return target[key];
      const own = Array.isArray(target) ? `${path}[${key}]` : `${path}.${key}`;
      seen.add(own);
      if (!parts.has(key)) parts.set(key, watched(target[key], own, seen));
      return parts.get(key);
    },
  });
}

function unseen(value, path, seen) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return Array.isArray(value) ? value.flatMap((part, at) => unseen(part, `${path}[${at}]`, seen)) : [];
  }
  return Object.entries(value).flatMap(([key, part]) => {
    const own = `${path}.${key}`;
    return seen.has(own) ? unseen(part, own, seen) : [`${own} is no field that the schema has`];
  });
}

async function problems(resource) {
  const name = `${resource.kind}/${resource.metadata?.name}`;
  const [group, version] = resource.apiVersion.split("/");
  let model;
  try {
    const folder = require.resolve(`${PACKAGES[group]}/package.json`).replace(/package\.json$/, "");
    model = (await import(pathToFileURL(`${folder}${group}/${version}/${resource.kind}.js`)))[resource.kind];
  } catch (error) {
    return [`${name}: there is no schema of ${resource.apiVersion} ${resource.kind}: ${error.message}`];
  }
  // The models copy what they are given, so the compiled validator is taken from the class and called on ours.
  const seen = new Set();
  const found = [];
  try {
    model.prototype.validate.call(watched(resource, "", seen));
  } catch (error) {
    found.push(`${name}: ${error.message}`);
  }
  return found.concat(unseen(resource, "", seen).map((text) => `${name}: ${text}`));
}

const found = [];
for (const resource of JSON.parse(readFileSync(0, "utf8"))) found.push(...(await problems(resource)));
console.log(JSON.stringify(found));
