/**
 * The freedesktop autostart entry that opens Keyward at login on Linux, where Electron has no call for it. `program`
 * is the executable's path; quoted by the rules of the Desktop Entry specification's Exec key
 * (https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html).
 */
export function autostartEntry(program: string): string {
  const quoted = `"${program
    .replaceAll(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Keyward',
    'Comment=The gateway for AI provider keys on this machine',
    `Exec=${quoted} --hidden`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}
