import { asBytePath } from '../core/byte-path.js';
import { AnchoredRoot } from '../disk/anchored-root.js';

/**
 * Renames a damaged file of the state directory to `<name>.damaged-<n>`, so that nothing of it is
 * lost. The caller holds the lock.
 * @param folder `''`: the state directory itself
 */
export function setAside(stateDir: string, folder: string, name: string): void {
  const root = AnchoredRoot.open(stateDir);
  try {
    root.within(asBytePath(folder), (directory) => {
      let number = 1;
      const aside = (): string => `${name}.damaged-${number}`;
      while (directory.lstat(asBytePath(aside())) !== null) number++;
      directory.rename(asBytePath(name), directory, asBytePath(aside()));
    });
  } finally {
    root.close();
  }
}
