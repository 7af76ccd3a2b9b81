import { createTheme } from '@mui/material/styles';
import type { Theme, ThemeOptions } from '@mui/material/styles';
import { FONT, TOKENS } from './tokens.ts';
import type { ColourMode, Tokens } from './tokens.ts';

function focusRing(c: Tokens) {
  return { outline: `2px solid ${c.accentText}`, outlineOffset: 1 };
}

/** What is pressed. */
function buttons(c: Tokens): NonNullable<ThemeOptions['components']> {
  return {
    MuiButtonBase: {
      defaultProps: { disableRipple: true },
      styleOverrides: { root: { '&.Mui-focusVisible': focusRing(c) } },
    },
    MuiButton: {
      defaultProps: { size: 'small', disableElevation: true },
      styleOverrides: {
        // No fading between disabled and enabled: motion is for what it explains, and half a colour has half the contrast.
        root: {
          fontSize: 13,
          lineHeight: '20px',
          padding: '3px 12px',
          minWidth: 0,
          whiteSpace: 'nowrap',
          transition: 'none',
        },
        outlined: {
          padding: '2px 11px',
          borderColor: c.control,
          color: c.text,
          '&:hover': { backgroundColor: c.hover, borderColor: c.control },
        },
        text: { color: c.accentText, padding: '3px 6px' },
      },
      variants: [
        {
          props: { variant: 'contained' },
          style: { '&.Mui-disabled': { backgroundColor: c.hover, color: c.muted } },
        },
      ],
    },
    MuiIconButton: {
      styleOverrides: {
        root: { padding: 4, borderRadius: 4, color: c.muted, '&:hover': { backgroundColor: c.hover } },
      },
    },
    MuiTabs: {
      styleOverrides: {
        root: { minHeight: 32 },
        indicator: { height: 2, backgroundColor: c.accentText, transition: 'none' },
      },
    },
    MuiTab: {
      styleOverrides: {
        root: {
          minHeight: 32,
          minWidth: 0,
          padding: '0 12px',
          fontSize: 13,
          fontWeight: 500,
          color: c.muted,
          '&.Mui-selected': { color: c.text },
          '&.Mui-focusVisible': { ...focusRing(c), outlineOffset: -3 },
        },
      },
    },
  };
}

/** What is filled in, and what is read beside it. */
function fields(c: Tokens): NonNullable<ThemeOptions['components']> {
  return {
    MuiTooltip: {
      defaultProps: { arrow: false, enterDelay: 400, enterNextDelay: 100 },
      styleOverrides: {
        tooltip: {
          fontSize: 12,
          lineHeight: '16px',
          fontWeight: 400,
          backgroundColor: '#2b2f36',
          color: '#f2f4f6',
          padding: '5px 8px',
          maxWidth: 340,
        },
      },
    },
    MuiRadio: {
      defaultProps: { size: 'small' },
      styleOverrides: {
        root: {
          padding: 3,
          color: c.control,
          '& .MuiSvgIcon-root': { fontSize: 17 },
          '&.Mui-checked': { color: c.accentText },
        },
      },
    },
    MuiCheckbox: {
      defaultProps: { size: 'small' },
      styleOverrides: {
        root: {
          padding: 3,
          color: c.control,
          '& .MuiSvgIcon-root': { fontSize: 17 },
          '&.Mui-checked': { color: c.accentText },
        },
      },
    },
    MuiFormControlLabel: {
      styleOverrides: {
        root: { marginLeft: -3, marginRight: 0, alignItems: 'flex-start' },
        label: { fontSize: 13, lineHeight: '23px', paddingLeft: 3 },
      },
    },
    MuiOutlinedInput: {
      styleOverrides: {
        root: {
          fontSize: 13,
          backgroundColor: c.surface,
          '& .MuiOutlinedInput-notchedOutline': { borderColor: c.control },
          '&:hover .MuiOutlinedInput-notchedOutline': { borderColor: c.muted },
          '&.Mui-focused .MuiOutlinedInput-notchedOutline': { borderColor: c.accentText },
        },
        input: { padding: '4px 8px', height: 20, '&::placeholder': { color: c.muted, opacity: 1 } },
      },
    },
    MuiSelect: { styleOverrides: { select: { padding: '4px 8px', minHeight: 20, lineHeight: '20px' } } },
    MuiDialog: { styleOverrides: { paper: { border: `1px solid ${c.hairline}`, backgroundImage: 'none' } } },
    MuiFormHelperText: { styleOverrides: { root: { margin: '2px 0 0', fontSize: 12, lineHeight: '16px' } } },
  };
}

/**
 * MUI, made quiet: 13 px, hairlines in place of shadows, no ripples, small controls. The layout of the panes is in plain
 * style sheets beside the components; MUI is used for controls alone.
 */
export function makeTheme(mode: ColourMode): Theme {
  const c = TOKENS[mode];
  return createTheme({
    palette: {
      mode,
      primary: { main: c.accent, dark: c.accentHover, contrastText: c.onAccent },
      error: { main: c.red },
      warning: { main: c.amber },
      background: { default: c.surface, paper: c.surface },
      text: { primary: c.text, secondary: c.muted, disabled: c.muted },
      divider: c.hairline,
    },
    typography: {
      fontFamily: FONT,
      fontSize: 13,
      htmlFontSize: 16,
      button: { textTransform: 'none', fontWeight: 500 },
    },
    shape: { borderRadius: 4 },
    spacing: 4,
    components: { ...buttons(c), ...fields(c) },
  });
}
