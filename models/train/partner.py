"""Two processes, one a core, that train one model: every few seconds both go on from the mean of their weights (local SGD, Stich 2019)."""
import time

import numpy as np
import torch


class Partner:
    """One of the two; they meet through files in a folder, best in shared memory. Weights are averaged by steps done since the last meeting."""
    SLOT, PATIENCE = 8.0, 4.0  # seconds between meetings; seconds that one waits for the other

    def __init__(self, folder, rank):
        self.folder, self.rank, self.slot, self.steps = folder, rank, int(time.time() / self.SLOT), 0
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{rank}.*"):
            old.unlink()

    def theirs(self, slot):
        """(steps, weights) of the other's newest meeting, when it is this one or a later one."""
        found = [p for p in self.folder.glob(f"{1 - self.rank}.*.npy") if int(p.name.split(".")[1]) >= slot]
        return (int(found[-1].name.split(".")[2]), torch.from_numpy(np.load(found[-1]))) if found else None

    def meet(self, parameters):
        """After every step; True when the weights became the mean of both."""
        slot, self.steps = int(time.time() / self.SLOT), self.steps + 1
        if slot == self.slot:
            return False
        self.slot, mine = slot, torch.cat([p.detach().flatten() for p in parameters])
        old = list(self.folder.glob(f"{self.rank}.*"))
        np.save(self.folder / f"part.{self.rank}.npy", mine.numpy())
        (self.folder / f"part.{self.rank}.npy").rename(self.folder / f"{self.rank}.{slot}.{self.steps}.npy")
        until, theirs = time.time() + self.PATIENCE, self.theirs(slot)
        alive = any(time.time() - p.stat().st_mtime < 4 * self.SLOT for p in self.folder.glob(f"{1 - self.rank}.*.npy"))
        while alive and theirs is None and time.time() < until:
            time.sleep(0.01)
            theirs = self.theirs(slot)
        for path in old:
            path.unlink(missing_ok=True)
        steps, self.steps = self.steps, 0
        if theirs is None:
            return False
        mine.lerp_(theirs[1], theirs[0] / (steps + theirs[0]))
        with torch.no_grad():
            for p, part in zip(parameters, mine.split([p.numel() for p in parameters])):
                p.copy_(part.view_as(p))
        return True
