/** Mantine dressed as a debugger: dense, grey, one accent. The colours themselves are the tokens in styles.css. */
import {
  ActionIcon,
  Alert,
  Button,
  type CSSVariablesResolver,
  createTheme,
  Menu,
  Modal,
  Notification,
  NumberInput,
  Select,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { words } from './words/words.ts';

export const theme = createTheme({
  primaryColor: 'accent',
  colors: {
    accent: [
      '#eaf3fd',
      '#d3e5fa',
      '#a5caf5',
      '#74adef',
      '#4d94ea',
      '#2f80e0',
      '#1668c9',
      '#0f5fbe',
      '#0b4f9f',
      '#083f80',
    ],
    // Mantine's own dark greys are warm; ours are those of the tokens.
    dark: [
      '#e4e8ed',
      '#c4ccd6',
      '#a0aab6',
      '#77818d',
      '#4a535e',
      '#2f353d',
      '#22272e',
      '#1b1f24',
      '#14171b',
      '#101316',
    ],
  },
  primaryShade: { light: 7, dark: 6 },
  fontFamily: 'var(--kw-sans)',
  fontFamilyMonospace: 'var(--kw-mono)',
  defaultRadius: 6,
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray', size: 'md' } }),
    Alert: Alert.extend({
      defaultProps: { variant: 'light' },
      // Mantine's own soft colours are loud in the dark; state has its tokens.
      vars: (_theme, { color }) => {
        const tone = color === 'red' ? 'bad' : 'wait';
        return {
          root: {
            '--alert-bg': `var(--kw-${tone}-soft)`,
            '--alert-color': `var(--kw-${tone})`,
          },
        };
      },
    }),
    Button: Button.extend({ defaultProps: { size: 'xs' } }),
    Menu: Menu.extend({ defaultProps: { position: 'bottom-end', withinPortal: true, shadow: 'md' } }),
    Modal: Modal.extend({
      defaultProps: {
        centered: false,
        yOffset: '8vh',
        closeButtonProps: { 'aria-label': words.common.close },
        transitionProps: { duration: 80 },
        overlayProps: { opacity: 0.5 },
      },
    }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': words.common.close } } }),
    NumberInput: NumberInput.extend({ defaultProps: { hideControls: true } }),
    Select: Select.extend({ defaultProps: { checkIconPosition: 'right', maxDropdownHeight: 320 } }),
    Textarea: Textarea.extend({ defaultProps: { spellCheck: false } }),
    TextInput: TextInput.extend({ defaultProps: { spellCheck: false } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 300, withArrow: true, events: { hover: true, focus: true, touch: true } },
    }),
  },
});

const tokens = {
  '--mantine-color-body': 'var(--kw-panel)',
  '--mantine-color-text': 'var(--kw-text)',
  '--mantine-color-dimmed': 'var(--kw-dim)',
  '--mantine-color-placeholder': 'var(--kw-dim)',
  '--mantine-color-default': 'var(--kw-panel)',
  '--mantine-color-default-hover': 'var(--kw-hover)',
  '--mantine-color-default-color': 'var(--kw-text)',
  '--mantine-color-default-border': 'var(--kw-line-strong)',
  '--mantine-color-anchor': 'var(--kw-accent)',
  '--mantine-color-error': 'var(--kw-bad)',
  '--mantine-color-gray-light-color': 'var(--kw-dim)',
  '--mantine-color-gray-text': 'var(--kw-dim)',
};

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: tokens, dark: tokens });
