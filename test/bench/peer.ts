/** Where a peer works. */
export interface Place {
  /** The tree that is captured; its repository, if it has one, is in `.git`. */
  tree: string;
  /** An empty folder for whatever the peer keeps elsewhere. */
  state: string;
}

/** Something that captures trees and brings them back, to be compared with others. */
export interface Peer {
  name: string;
  open(place: Place): Promise<OpenPeer>;
  /** One command that captures a tree for the first time; for what its process needs. */
  firstCommand(place: Place): string[];
}

export interface OpenPeer {
  /** Captures the tree as `capture` does, and makes a repository when there is none. */
  first(): Promise<string>;
  /** Captures the tree and gives a name for what was captured. */
  capture(): Promise<string>;
  /** Makes the tree what it was, after capturing what it is. */
  rollBack(to: string): Promise<void>;
  /** From now on a process watches the tree, where that is of use; again is harmless. */
  watch?(): Promise<void>;
  close(): Promise<void>;
}
