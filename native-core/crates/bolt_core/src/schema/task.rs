//! The schemas that are being run side by side.

use std::ops::{Index, IndexMut};

use super::node::NodeId;

/// One schema at one value.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) node: NodeId,
    /// Whether the node's own rules hold so far.
    pub(super) holds: bool,
    /// Required members seen so far.
    pub(super) required: usize,
    /// With the joined schemas; set when the value is complete.
    pub(super) verdict: Option<bool>,
    /// The place of the node's task further down.
    shadowed: usize,
}

/// A stack: the tasks of one value lie together, above those of the values around it.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    stack: Vec<Task>,
    /// By node, one more than the index of its topmost task; 0 without one. So no task is searched for, however many schemas apply.
    places: Vec<usize>,
}

impl Tasks {
    pub(super) fn len(&self) -> usize {
        self.stack.len()
    }

    /// Adds a task for a node; its index.
    pub(super) fn push(&mut self, node: NodeId) -> usize {
        let at = node as usize;
        if self.places.len() <= at {
            self.places.resize(at + 1, 0);
        }
        let index = self.stack.len();
        let shadowed = std::mem::replace(&mut self.places[at], index + 1);
        self.stack.push(Task { node, holds: true, required: 0, verdict: None, shadowed });
        index
    }

    /// Index of the task for a node among those from `start` on, to the top.
    pub(super) fn find(&self, start: usize, node: NodeId) -> Option<usize> {
        self.places.get(node as usize).and_then(|place| place.checked_sub(1)).filter(|index| *index >= start)
    }

    /// [`Tasks::find`], with a task added if there is none.
    pub(super) fn find_or_push(&mut self, start: usize, node: NodeId) -> usize {
        self.find(start, node).unwrap_or_else(|| self.push(node))
    }

    /// Removes all tasks from `len` on.
    pub(super) fn truncate(&mut self, len: usize) {
        while self.stack.len() > len
            && let Some(task) = self.stack.pop()
        {
            self.places[task.node as usize] = task.shadowed;
        }
    }
}

impl Index<usize> for Tasks {
    type Output = Task;

    fn index(&self, index: usize) -> &Task {
        &self.stack[index]
    }
}

impl IndexMut<usize> for Tasks {
    fn index_mut(&mut self, index: usize) -> &mut Task {
        &mut self.stack[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_has_one_task_for_each_value_it_applies_to() {
        let mut tasks = Tasks::default();
        assert_eq!((tasks.push(5), tasks.push(2)), (0, 1));
        assert_eq!(
            (tasks.find(0, 5), tasks.find(0, 2), tasks.find(0, 3), tasks.find(0, 9)),
            (Some(0), Some(1), None, None)
        );
        // For a member of the value the same schemas apply again.
        assert_eq!((tasks.find(2, 5), tasks.find_or_push(2, 5), tasks.find_or_push(2, 5)), (None, 2, 2));
        tasks.truncate(2);
        assert_eq!((tasks.len(), tasks.find(0, 5), tasks.find(0, 2)), (2, Some(0), Some(1)));
        tasks.truncate(0);
        assert_eq!((tasks.find(0, 5), tasks.find(0, 2)), (None, None));
    }
}
