//! Members in front of those that an object has.

use bytes::{BufMut, Bytes, BytesMut};

use crate::shape::Shape;
use crate::text::push_string;

/// Members to put in front of objects that lack them.
#[derive(Debug, Clone)]
pub struct Prefix {
    /// Each with a comma behind it.
    members: Vec<u8>,
    shape: Shape,
}

impl Prefix {
    /// Of names and their texts, in this order.
    pub fn new<'a>(members: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut prefix = Self { members: Vec::new(), shape: Shape::EMPTY };
        for (name, value) in members {
            let start = prefix.members.len() + 1;
            push_string(&mut prefix.members, name);
            prefix.shape = prefix.shape.with_name(&prefix.members[start..prefix.members.len() - 1]);
            prefix.members.push(b':');
            push_string(&mut prefix.members, value);
            prefix.members.push(b',');
        }
        prefix
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// `{"a":1}` becomes `{"b":"2","a":1}`; the rest stays as it is, byte for byte. Not copied if there are no members.
    ///
    /// `object` must be an object, as the records of [`Records`](crate::Records) are.
    pub fn join(&self, object: &Bytes) -> Bytes {
        if self.is_empty() {
            return object.clone();
        }
        let rest = object.get(1..).unwrap_or_default();
        let has_none = rest.trim_ascii_start().starts_with(b"}");
        let members = &self.members[..self.members.len() - usize::from(has_none)];
        let mut joined = BytesMut::with_capacity(1 + members.len() + rest.len());
        joined.put_u8(b'{');
        joined.put_slice(members);
        joined.put_slice(rest);
        joined.freeze()
    }

    /// The shape that objects of shape `of` have once [joined](Self::join). It is not the one that splitting them again
    /// would give, but it, too, is the same only for the same names.
    #[must_use]
    pub fn shape(&self, of: Shape) -> Shape {
        if self.is_empty() { of } else { of.behind(self.shape) }
    }
}
