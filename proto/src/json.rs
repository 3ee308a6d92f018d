//! JSON bodies, by the proto3 mapping. Field names are read in both forms and written as in the proto files.

mod duplicates;

use std::sync::LazyLock;

use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions,
};

use crate::Schema;

static POOL: LazyLock<Option<DescriptorPool>> = LazyLock::new(|| {
    DescriptorPool::decode(include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.binpb")).as_slice()).ok()
});

/// Why a body is not the JSON form of a message. It names places, not values.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// The compiled-in descriptors do not have the message; a defect of the build.
    #[error("no descriptor for {0}")]
    NoDescriptor(&'static str),
    /// The text is not that message.
    #[error("reading {message} as JSON: line {line}, column {column}: {problem}")]
    Invalid {
        /// Which message.
        message: &'static str,
        /// Line of the problem, from 1.
        line: usize,
        /// Column of the problem, from 1.
        column: usize,
        /// What kind of problem.
        problem: &'static str,
    },
    /// The message could not be written; a defect of the build.
    #[error("writing {0} as JSON")]
    Unwritable(&'static str),
}

/// Reads a message from its JSON form. Unknown fields are refused: in an order a misspelt limit must not be ignored.
/// So are fields that are given twice, in one form or in both: nobody can say which limit was meant.
///
/// # Errors
///
/// [`JsonError`] where the text is no such message.
pub fn read<M: Schema>(text: &[u8]) -> Result<M, JsonError> {
    let descriptor = descriptor::<M>()?;
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    let invalid = |error: &serde_json::Error| JsonError::Invalid {
        message: M::NAME,
        line: error.line(),
        column: error.column(),
        // The library's own text may quote the value, which may be a secret.
        problem: match error.classify() {
            serde_json::error::Category::Syntax => "not JSON",
            serde_json::error::Category::Eof => "the text ends too early",
            serde_json::error::Category::Data => "an unknown or repeated field, or a value of the wrong type",
            serde_json::error::Category::Io => "unreadable",
        },
    };
    let mut check = serde_json::Deserializer::from_slice(text);
    duplicates::refuse(&descriptor, &mut check).map_err(|error| invalid(&error))?;
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let message = DynamicMessage::deserialize_with_options(descriptor, &mut deserializer, &options)
        .map_err(|error| invalid(&error))?;
    deserializer.end().map_err(|error| invalid(&error))?;
    message.transcode_to().map_err(|_| JsonError::Unwritable(M::NAME))
}

/// Writes a message in its JSON form, on one line, with its fields in the order of their names.
///
/// # Errors
///
/// [`JsonError`] where the build's descriptors do not fit the message.
pub fn write<M: Schema>(message: &M) -> Result<String, JsonError> {
    let dynamic = DynamicMessage::decode(descriptor::<M>()?, message.encode_to_vec().as_slice())
        .map_err(|_| JsonError::Unwritable(M::NAME))?;
    let options = SerializeOptions::new().use_proto_field_name(true).stringify_64_bit_integers(false);
    let mut value = dynamic
        .serialize_with_options(serde_json::value::Serializer, &options)
        .map_err(|_| JsonError::Unwritable(M::NAME))?;
    // The library writes maps in the order of their hashes, which differs between two runs.
    value.sort_all_objects();
    Ok(value.to_string())
}

pub(crate) fn descriptor<M: Schema>() -> Result<MessageDescriptor, JsonError> {
    POOL.as_ref().and_then(|pool| pool.get_message_by_name(M::NAME)).ok_or(JsonError::NoDescriptor(M::NAME))
}
