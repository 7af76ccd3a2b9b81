/**
 * The walls between the rooms (see ARCHITECTURE.md), each with its reason.
 * Type-only imports count as imports (tsPreCompilationDeps): knowing a type is knowing.
 */
const test = '\\.(test|test-support)\\.tsx?$';
const core = '^src-core/(?!contract/)';
const contract = '^src-core/contract/';
const npm = ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];
const nodeModules = (...names) => `node_modules/(${names.join('|')})/`;

/** Builds one rule; every rule is an error. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

export default {
  forbidden: [
    // Everywhere
    forbid(
      'not-to-unresolvable',
      'A mistyped path slips past every other rule here.',
      {},
      { couldNotResolve: true, pathNot: '\\?(raw|url|worker)$|^electron/main$' },
    ),
    forbid(
      'no-circular',
      'Files that need each other are one file, or hide a third that both should need. (Two that know each other as types load in any order.)',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    forbid(
      'not-to-test',
      'What ships does not depend on tests; what two tests share lives in a *.test-support.ts file.',
      { pathNot: `${test}|^(e2e|bench)/` },
      { path: `${test}|^(e2e|bench)/` },
    ),
    forbid(
      'not-to-dev-dependency',
      'What ships must be listed in dependencies. (Electron is the runtime itself, and is packaged apart.)',
      { path: '^src-(core|main|renderer)/', pathNot: `${test}|\\.d\\.ts$` },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: nodeModules('electron') },
    ),
    forbid(
      'binding-knows-libvirt-only',
      'node-libvirt knows libvirt and nothing of Salvor.',
      { path: '^packages/' },
      { path: '^src-' },
    ),

    // src-core: pure
    forbid(
      'core-is-pure',
      'The core has no I/O, no clock and no randomness: the window, the command line and the tests must get the same plan.',
      { path: '^src-core/', pathNot: test },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'core-stands-alone',
      'The core is what everything else shows or carries out; it knows none of them.',
      { path: '^src-core/' },
      { path: '^(src-main|src-renderer|packages|e2e|bench|scripts)/|node_modules/electron/' },
    ),
    forbid(
      'core-not-to-contract',
      'The wire is made from the core, never the core from the wire.',
      { path: core, pathNot: test },
      { path: contract },
    ),
    forbid(
      'core-uses-no-packages',
      'The core stands alone. Only domain-xml/document.ts knows which XML library parses, so that it is configured in one place; @noble/hashes is pure arithmetic where node:crypto may not be used.',
      { path: core, pathNot: `${test}|^src-core/domain-xml/document\\.ts$` },
      { dependencyTypes: npm, pathNot: nodeModules('@noble/hashes') },
    ),
    forbid(
      'xml-library-only',
      'domain-xml/document.ts needs the XML library and no other package.',
      { path: '^src-core/domain-xml/document\\.ts$' },
      { dependencyTypes: npm, pathNot: nodeModules('@xmldom/xmldom') },
    ),
    forbid(
      'contract-uses-zod-only',
      'The contract says what crosses the wire: the core, and zod to check it.',
      { path: contract, pathNot: test },
      { dependencyTypes: npm, pathNot: nodeModules('zod') },
    ),

    // src-main: app, libvirt, electron, preload
    forbid(
      'main-not-to-renderer',
      'The two halves meet in the contract alone.',
      { path: '^src-main/' },
      { path: '^src-renderer/' },
    ),
    forbid(
      'only-the-adapter-binds',
      'src-main/libvirt is the only importer of node-libvirt: everything else sees the hypervisor port.',
      { path: '^(src-|bench|scripts)', pathNot: `^src-main/libvirt/|^bench/` },
      { path: '(^|/)packages/node-libvirt/|node_modules/node-libvirt/' },
    ),
    forbid(
      'app-sees-the-port-only',
      'Services are written against the hypervisor port; which hypervisor is behind it is for the composition root to say.',
      { path: '^src-main/app/', pathNot: test },
      { path: '^src-main/libvirt/', pathNot: '^src-main/libvirt/port\\.ts$' },
    ),
    forbid(
      'app-sees-types-of-the-port',
      'The port is an interface: importing a value from it would be importing an implementation.',
      { path: '^src-main/app/', pathNot: test },
      { path: '^src-main/libvirt/port\\.ts$', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'no-electron-outside-its-room',
      'Services and the adapter also run under the command line, where there is no Electron.',
      { path: '^src-', pathNot: '^src-main/(electron/|preload/|index\\.ts$)' },
      { path: 'node_modules/electron/|^electron$' },
    ),
    forbid(
      'room-electron-is-a-leaf',
      'src-main/electron is used by the desktop composition root alone.',
      { path: '^src-main/', pathNot: `^src-main/(electron/|index\\.ts$)` },
      { path: '^src-main/electron/' },
    ),
    forbid(
      'cli-needs-no-electron',
      'The command line works on a server without Electron or a display.',
      { path: '^src-main/cli\\.ts$' },
      { path: '^src-main/electron/|node_modules/electron/', reachable: true },
    ),
    forbid(
      'adapter-not-to-services',
      'The libvirt adapter serves the services; it does not know them.',
      { path: '^src-main/libvirt/', pathNot: test },
      { path: '^src-main/(app|electron|preload)/' },
    ),
    forbid(
      'adapter-takes-error-codes-only',
      'Of the wire, the adapter needs the closed list of error codes and nothing else.',
      { path: '^src-main/libvirt/', pathNot: test },
      { path: contract, pathNot: '^src-core/contract/errors\\.ts$' },
    ),
    forbid(
      'adapter-packages',
      'The adapter is libvirt and Node; a further package there would hide policy.',
      { path: '^src-main/libvirt/', pathNot: test },
      { dependencyTypes: npm, pathNot: 'node-libvirt' },
    ),
    forbid(
      'preload-is-thin',
      'A sandboxed preload can load nothing but electron, and what it bundles runs beside untrusted pages: one function a channel.',
      { path: '^src-main/preload/', pathNot: test },
      { pathNot: `^src-main/preload/|${contract}|node_modules/electron/|^electron$` },
    ),
    forbid(
      'preload-takes-no-schemas',
      'Of the contract, the preload takes types and the channel names: a schema would bundle zod into every page.',
      { path: '^src-main/preload/', pathNot: test },
      { path: contract, pathNot: '^src-core/contract/channel-names\\.ts$', dependencyTypesNot: ['type-only'] },
    ),

    // src-renderer
    forbid(
      'renderer-has-no-node',
      'The window is sandboxed: no Node, no main process, no binding. It speaks through window.salvor.',
      { path: '^src-renderer/', pathNot: test },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'renderer-not-to-main',
      'The two halves meet in the contract alone. (The preload states the type of window.salvor.)',
      { path: '^src-renderer/' },
      { path: '^(src-main/(?!preload/)|packages/)|node_modules/electron/' },
    ),
    forbid(
      'renderer-takes-the-type-of-the-preload',
      'The preload is already there when the page loads; the page may know its type only.',
      { path: '^src-renderer/' },
      { path: '^src-main/preload/', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'features-are-apart',
      'What two features share goes to components/ or app/; a feature that reaches into another cannot be changed alone.',
      { path: '^src-renderer/src/features/([^/]+)/' },
      { path: '^src-renderer/src/features/', pathNot: '^src-renderer/src/features/$1/' },
    ),
    forbid(
      'shared-knows-no-feature',
      'Shared components serve every feature and know none.',
      { path: '^src-renderer/src/(components|i18n)/' },
      { path: '^src-renderer/src/(features|app)/' },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules|^packages/[^/]+/(build|dist|native)/' },
    exclude: { path: '^out/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
