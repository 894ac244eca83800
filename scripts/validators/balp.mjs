// What IHE's Basic Audit Log Patterns 1.1 ask of an AuditEvent that names one of their profiles, in
// our words: the type, the subtype and the action; the agents and entities that must be there, once
// each, and what they must have. `check` gives one sentence for each thing that is amiss.

const CANONICAL = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.';
const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const REST = 'http://terminology.hl7.org/CodeSystem/audit-event-type|rest';
const INTERACTION = 'http://hl7.org/fhir/restful-interaction|';
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType|';
const ENTITY = 'http://terminology.hl7.org/CodeSystem/audit-entity-type|';
const ROLE = 'http://terminology.hl7.org/CodeSystem/object-role|';
const REQUEST = 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType|XrequestId';

const source = `${DCM}|110153`;
const destination = `${DCM}|110152`;
const application = `${DCM}|110150`;
const reader = [`${PARTICIPATION}IRCP`];
const author = [`${PARTICIPATION}AUT`, `${PARTICIPATION}INF`, `${PARTICIPATION}CST`];

// The patterns for reading, finding, making, changing and erasing.
const rest = (codes, action, client, server, user, entity) => ({
  type: REST, subtypes: codes.map((code) => INTERACTION + code), action, outcomes: ['0'],
  agents: [
    { type: [client], needs: ['who', 'network'] },
    { type: [server], needs: ['who', 'network'] },
  ],
  user, entities: entity,
});
const data = { type: `${ENTITY}2`, roles: [`${ROLE}4`, `${ROLE}3`, `${ROLE}20`], needs: ['what'] };
const query = { type: `${ENTITY}2`, roles: [`${ROLE}24`], needs: ['role', 'query'], lacks: ['what', 'lifecycle', 'detail'] };
const patient = { type: `${ENTITY}1`, roles: [`${ROLE}1`], needs: ['role', 'what'], refersTo: 'Patient' };
const consent = { type: 'http://hl7.org/fhir/resource-types|Consent', needs: ['what'] };
const custodian = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type|custodian';

const plain = {
  Read: rest(['read', 'vread'], 'R', destination, source, reader, [data]),
  Query: rest(['search', 'search-type', 'search-system'], 'E', source, destination, reader, [query]),
  Create: rest(['create'], 'C', source, destination, author, [data]),
  Update: rest(['update', 'patch'], 'U', source, destination, author, [data]),
  Delete: rest(['delete'], 'D', application, custodian, author, [data]),
};
const profiles = { ...plain };
for (const [name, pattern] of Object.entries(plain)) {
  profiles[`Patient${name}`] = { ...pattern, entities: [...pattern.entities, patient] };
}
profiles['PrivacyDisclosure.Source'] = {
  type: `${DCM}|110106`,
  subtypes: ['http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle|disclose'],
  action: 'R', outcomes: ['0', '4', '8', '12'],
  agents: [
    { type: [source], needs: ['who', 'network'], isObserver: true },
    { type: [destination], needs: ['who', 'network'] },
  ],
  entities: [patient], entitiesMin: 2,
};
profiles.AuthZconsent = {
  type: `${DCM}|110113`,
  subtypes: ['https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType|AuthZ-Consent'],
  action: 'E', outcomes: ['0', '4', '8', '12'],
  agents: [
    { type: [application], needs: ['who', 'network'], lacks: ['role', 'altId', 'name', 'location', 'media', 'purposeOfUse'] },
    { type: reader, needs: ['who'], lacks: ['altId', 'location', 'media', 'network'], requestor: true },
    { type: ['http://terminology.hl7.org/CodeSystem/v3-RoleClass|PROV'], needs: ['who'], requestor: false,
      lacks: ['role', 'altId', 'name', 'location', 'policy', 'media', 'network'] },
    { type: ['http://terminology.hl7.org/CodeSystem/extra-security-role-type|authserver'], needs: ['who'],
      requestor: false, isObserver: true,
      lacks: ['role', 'altId', 'name', 'location', 'policy', 'media', 'network', 'purposeOfUse'] },
  ],
  entities: [patient, consent], noOtherEntities: true,
};

const code = (coding) => coding && `${coding.system}|${coding.code}`;
const codes = (concept) => (concept?.coding ?? []).map(code);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function onlyOne(found, what, wrongs) {
  if (found.length !== 1) wrongs.push(`${found.length} × ${what}, not one`);
  return found[0];
}

function shape(thing, asked, what, wrongs) {
  for (const name of asked.needs ?? []) if (thing[name] === undefined) wrongs.push(`${what} has no ${name}`);
  for (const name of asked.lacks ?? []) if (thing[name] !== undefined) wrongs.push(`${what} has ${name}`);
}

function agentsFit(event, profile, wrongs) {
  for (const asked of profile.agents) {
    const found = event.agent.filter((agent) => asked.type.some((type) => codes(agent.type).includes(type)));
    const agent = onlyOne(found, `agent ${asked.type}`, wrongs);
    if (!agent) continue;
    shape(agent, asked, `agent ${asked.type}`, wrongs);
    if (asked.requestor !== undefined && agent.requestor !== asked.requestor) wrongs.push(`agent ${asked.type}: requestor`);
    if (asked.isObserver && !same(agent.who, event.source.observer)) wrongs.push(`agent ${asked.type} is not the observer`);
  }
  const askers = event.agent.filter((agent) => agent.requestor);
  if (askers.length !== 1) wrongs.push(`${askers.length} agents asked`);
  for (const user of profile.user ? askers.filter((agent) => !agent.network) : []) {
    if (!profile.user.some((type) => codes(user.type).includes(type))) wrongs.push('the user has another type');
    shape(user, { needs: ['who'], lacks: ['media', 'network'] }, 'the user', wrongs);
  }
}

function entitiesFit(event, profile, wrongs) {
  const entities = event.entity ?? [];
  for (const asked of profile.entities) {
    const entity = onlyOne(entities.filter((it) => code(it.type) === asked.type), `entity ${asked.type}`, wrongs);
    if (!entity) continue;
    shape(entity, asked, `entity ${asked.type}`, wrongs);
    if (asked.roles && entity.role && !asked.roles.includes(code(entity.role))) wrongs.push(`entity ${asked.type}: role`);
    if (asked.refersTo && entity.what?.type !== asked.refersTo) wrongs.push(`entity ${asked.type} is no ${asked.refersTo}`);
  }
  const requests = entities.filter((it) => code(it.type) === REQUEST);
  if (requests.length > 1) wrongs.push('two requests');
  for (const request of requests) if (!request.what?.identifier?.value) wrongs.push('a request without its id');
  if (entities.length < (profile.entitiesMin ?? profile.entities.length)) wrongs.push('too few entities');
  if (profile.noOtherEntities && entities.length !== profile.entities.length) wrongs.push('an entity too many');
}

export function check(event) {
  const wrongs = [];
  for (const url of event.meta?.profile ?? []) {
    const profile = url.startsWith(CANONICAL) && profiles[url.slice(CANONICAL.length)];
    if (!profile) { wrongs.push(`unknown profile ${url}`); continue; }
    if (code(event.type) !== profile.type) wrongs.push('type');
    const subtypes = (event.subtype ?? []).map(code).filter((it) => profile.subtypes.includes(it));
    if (subtypes.length !== 1) wrongs.push('subtype');
    if (event.action !== profile.action) wrongs.push('action');
    if (!profile.outcomes.includes(event.outcome)) wrongs.push('outcome');
    if (event.modifierExtension) wrongs.push('modifierExtension');
    agentsFit(event, profile, wrongs);
    entitiesFit(event, profile, wrongs);
  }
  return wrongs;
}
