//! Questions and commands to an account, as merchants send them.

use skinbus_proto::{Message, v1};

use crate::merchant::Merchant;

/// What a service says instead of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Like an HTTP status.
    pub code: u16,
    /// Stable word.
    pub word: String,
    /// Words for people.
    pub text: String,
}

impl Merchant {
    /// Asks an account's provider something.
    ///
    /// # Errors
    ///
    /// What the service said instead of an answer.
    pub async fn query<Response: Message + Default>(
        &self,
        account: &str,
        operation: &str,
        request: &impl Message,
    ) -> Result<Response, Refused> {
        self.request(format!("skinbus.v1.query.{account}.{operation}"), request).await
    }

    /// Sends a command about an order.
    ///
    /// # Errors
    ///
    /// What the service said instead of an answer.
    pub async fn command(
        &self,
        account: &str,
        command: &str,
        request: &v1::CommandRequest,
    ) -> Result<v1::CommandResponse, Refused> {
        self.request(format!("skinbus.v1.command.{account}.{command}"), request).await
    }

    async fn request<Response: Message + Default>(
        &self,
        subject: String,
        request: &impl Message,
    ) -> Result<Response, Refused> {
        // A service answers only after it has had its turn in the quota.
        let timeout = Some(crate::wait::LONGEST);
        let question = async_nats::Request::new().payload(request.encode_to_vec().into()).timeout(timeout);
        let message = self.client().send_request(subject, question).await.unwrap();
        let headers = message.headers.unwrap_or_default();
        let Some(status) = headers.get("Nats-Service-Error") else {
            return Ok(Response::decode(message.payload).unwrap());
        };
        let code = headers.get("Nats-Service-Error-Code").unwrap().as_str().parse().unwrap();
        let (word, text) = status.as_str().split_once(": ").unwrap_or((status.as_str(), ""));
        Err(Refused { code, word: word.to_owned(), text: text.to_owned() })
    }
}
