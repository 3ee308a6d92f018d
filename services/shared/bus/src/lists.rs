//! Price lists in the object store `skinbus_lists`: fetched by one replica, read by all.

use std::io::{Cursor, Read, Write};

use async_nats::jetstream::object_store::{InfoErrorKind, ObjectStore};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use skinbus_domain::ids::AccountId;
use skinbus_proto::{Message, v1};
use tokio::io::AsyncReadExt;

use crate::claims::{Claim, Claims};
use crate::connection::{Bus, chain};

const BUCKET: &str = "skinbus_lists";

/// Which list: one of an account, named by operation and game.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListKey {
    /// Whose.
    pub account: AccountId,
    /// Like `prices` or `offers`.
    pub operation: &'static str,
    /// Like `cs2`.
    pub game: &'static str,
}

impl ListKey {
    fn object(&self) -> String {
        format!("{}/{}/{}", self.account, self.operation, self.game)
    }

    fn claim(&self) -> String {
        format!("lists.{}.{}.{}", self.account, self.operation, self.game)
    }
}

/// A list that is kept.
#[derive(Debug, Clone)]
pub struct StoredList {
    /// Changes with every new list.
    pub version: String,
    /// The list: all its items, and what is known of it.
    pub list: v1::ItemsResponse,
}

/// The store gave no answer, or holds something else.
#[derive(Debug, thiserror::Error)]
#[error("{operation} the list {list}: {problem}")]
pub struct ListError {
    operation: &'static str,
    list: String,
    problem: String,
}

/// The object store of lists. Clones share the connection.
#[derive(Clone)]
pub struct ListStore {
    objects: ObjectStore,
    claims: Claims,
}

impl ListStore {
    /// The store behind this connection.
    ///
    /// # Errors
    ///
    /// [`ListError`] where NATS does not have it.
    pub async fn new(bus: &Bus) -> Result<Self, ListError> {
        let failed = |problem: String| ListError { operation: "opening", list: BUCKET.to_owned(), problem };
        let objects = bus.jetstream().get_object_store(BUCKET).await;
        let claims = Claims::new(bus).await;
        Ok(Self {
            objects: objects.map_err(|error| failed(chain(&error)))?,
            claims: claims.map_err(|error| failed(chain(&error)))?,
        })
    }

    /// Which version of the list is kept; `None` where none is.
    ///
    /// # Errors
    ///
    /// [`ListError`] where no answer came.
    pub async fn version(&self, key: &ListKey) -> Result<Option<String>, ListError> {
        match self.objects.info(key.object()).await {
            Ok(info) if info.deleted => Ok(None),
            Ok(info) => Ok(Some(info.nuid)),
            Err(error) if error.kind() == InfoErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("looking for", key, chain(&error))),
        }
    }

    /// The list as it is kept.
    ///
    /// # Errors
    ///
    /// [`ListError`] where it cannot be read; also where it was replaced while it was being read.
    pub async fn read(&self, key: &ListKey) -> Result<StoredList, ListError> {
        let reading = |problem: String| failed("reading", key, problem);
        let mut object = self.objects.get(key.object()).await.map_err(|error| reading(chain(&error)))?;
        let mut packed = Vec::with_capacity(object.info.size);
        object.read_to_end(&mut packed).await.map_err(|error| reading(chain(&error)))?;
        let version = object.info.nuid.clone();
        let list = tokio::task::spawn_blocking(move || unpacked(&packed))
            .await
            .map_err(|error| reading(chain(&error)))?
            .map_err(reading)?;
        Ok(StoredList { version, list })
    }

    /// Keeps the list in place of the one before.
    ///
    /// # Errors
    ///
    /// [`ListError`] where it is perhaps not kept.
    pub async fn write(&self, key: &ListKey, list: v1::ItemsResponse) -> Result<StoredList, ListError> {
        let writing = |problem: String| failed("storing", key, problem);
        let (packed, list) = tokio::task::spawn_blocking(move || (packed(&list), list))
            .await
            .map_err(|error| writing(chain(&error)))?;
        let packed = packed.map_err(|error| writing(chain(&error)))?;
        let mut reader = Cursor::new(packed);
        let stored = self.objects.put(key.object().as_str(), &mut reader).await;
        let stored = stored.map_err(|error| writing(chain(&error)))?;
        Ok(StoredList { version: stored.nuid, list })
    }

    /// Claims the fetching of the list; `None` where another replica is at it.
    ///
    /// # Errors
    ///
    /// [`ListError`] where no answer came.
    pub async fn claim(&self, key: &ListKey) -> Result<Option<Claim>, ListError> {
        self.claims.take(&key.claim()).await.map_err(|error| failed("claiming", key, chain(&error)))
    }

    /// Gives a claim back; where that fails, it ends by itself.
    pub async fn release(&self, claim: Claim) {
        self.claims.release(claim).await;
    }
}

fn failed(operation: &'static str, key: &ListKey, problem: String) -> ListError {
    ListError { operation, list: key.object(), problem }
}

fn packed(list: &v1::ItemsResponse) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&list.encode_to_vec())?;
    encoder.finish()
}

fn unpacked(packed: &[u8]) -> Result<v1::ItemsResponse, String> {
    let mut bytes = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    v1::ItemsResponse::decode(bytes.as_slice()).map_err(|error| error.to_string())
}
