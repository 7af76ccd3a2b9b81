import eslint from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const tests = ['**/*.test.ts', '**/*.test.tsx', '**/*.test-support.ts', 'e2e/**', 'bench/**'];

// One list of bans; a later block that adds one must repeat the others, because a rule's options replace, not merge.
const bannedSyntax = [
  { selector: 'TSEnumDeclaration', message: 'Use an `as const` object.' },
  {
    selector: 'ExportDefaultDeclaration',
    message: 'Export by name: a default export is renamed at every import. (Configuration files of tools excepted.)',
  },
  { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that says it.' },
  {
    selector: 'Property[key.name="shell"][value.value=true]',
    message: 'No shell, ever: pass the program and a vector of arguments.',
  },
];
const descendants = {
  selector: 'MemberExpression[property.name=/^getElementsByTagName/]',
  message: 'It descends into <backingStore> and <mirror>. Use the child-only helpers of src-core/domain-xml.',
};

// All words of the window come from its language files: a literal would be English for everybody.
const literalWords = [
  {
    selector: 'JSXText[value=/\\p{L}/u]',
    message: 'Words go through i18next (src-renderer/src/i18n/en.json).',
  },
  {
    selector:
      'JSXAttribute[name.name=/^(label|title|alt|caption|legend|help|note|aria-label|aria-description|aria-roledescription)$/] > Literal[value=/\\p{L}/u]',
    message: 'Words go through i18next (src-renderer/src/i18n/en.json).',
  },
];

const shells = {
  name: 'node:child_process',
  importNames: ['exec', 'execSync'],
  message: 'They run a shell. Use spawn or execFile with a vector of arguments.',
};
const rawMain = {
  name: 'electron',
  importNames: ['ipcMain'],
  message: 'Channels are registered by the transport, which checks the sender and the payload of every message.',
};
const rawRenderer = {
  name: 'electron',
  importNames: ['ipcRenderer'],
  message: 'Only the preload speaks to ipcRenderer, one function a channel.',
};
/** Each room is checked with its own compiler settings. @param {string[]} files @param {string[]} project */
const room = (files, ...project) => ({
  files,
  languageOptions: { parserOptions: { project, tsconfigRootDir: import.meta.dirname } },
});
const banImports = (...paths) => ({ 'no-restricted-imports': ['error', { paths }] });

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**',
      '**/out/**',
      '**/dist/**',
      '**/build/**',
      '**/generated/**',
      'coverage/**',
      'test-results/**',
      'playwright-report/**',
      '.cache/**',
    ],
  },
  eslint.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    rules: {
      // `== null` is the one way to say "null or undefined" in one test.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      // Sixty lines is the house rule for one function; a factory is counted with all the functions inside it.
      'max-lines-per-function': ['error', { max: 120, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...bannedSyntax],
      ...banImports(shells, rawMain, rawRenderer),
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // A number in a sentence is what template literals are for.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => doIt()` as an event handler is clearer than a block.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  room(['src-core/**/*.ts'], 'tsconfig.core.json', 'tsconfig.test.json'),
  room(['src-main/**/*.ts'], 'tsconfig.main.json'),
  room(['src-main/preload/**/*.ts'], 'tsconfig.preload.json'),
  room(['src-renderer/**/*.{ts,tsx}'], 'tsconfig.renderer.json'),
  room(['e2e/**/*.ts', 'bench/**/*.ts', '*.config.ts'], 'tsconfig.e2e.json'),
  room(['packages/*/**/*.ts'], 'packages/*/tsconfig*.json'),
  {
    files: ['src-core/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...bannedSyntax, descendants] },
  },
  {
    files: ['src-main/electron/**/*transport*.ts'],
    rules: banImports(shells, rawRenderer),
  },
  {
    files: ['src-main/preload/**/*.ts'],
    rules: banImports(shells, rawMain),
  },
  {
    files: ['src-renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      'no-restricted-syntax': ['error', ...bannedSyntax, ...literalWords],
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      // Handlers of React events may be async; what they do with errors is theirs to say.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    },
  },
  {
    // A suite is one function, however many cases it holds; the tables of cases are long by nature. Generated runs print their seeds.
    files: tests,
    rules: { 'max-lines-per-function': 'off', 'max-lines': 'off', 'no-console': 'off' },
  },
  {
    files: ['src-main/cli.ts', 'src-main/cli/**', 'bench/**', 'e2e/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['*.config.ts', '*.config.js', '*.config.mjs', 'packages/*/*.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
      },
    },
    rules: { 'no-undef': 'error', 'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }] },
  },
);
