//! Who is calling: two headers, or two fields of the body.

use super::problems::{INVALID_CLIENT_SECRET, INVALID_SHOPID, INVALID_SIGNATURE, Problem};
use super::project::SkinsBack;
use super::signature;
use super::switches::{Authentication, Switches};
use crate::call::Call;

impl SkinsBack {
    /// What is wrong with the credentials of a call, if anything.
    pub(super) fn check_credentials(&self, call: &Call, switches: &Switches) -> Result<(), Problem> {
        let by_headers = call.header("x-client-id").is_some() || call.header("x-client-secret").is_some();
        let by_signature = call.body.get("sign").is_some();
        match switches.authentication {
            Authentication::Headers => self.check_headers(call),
            Authentication::Signature => self.check_signature(call, switches),
            Authentication::Any => {
                if by_headers {
                    self.check_headers(call)?;
                }
                if by_signature || !by_headers {
                    self.check_signature(call, switches)?;
                }
                Ok(())
            }
        }
    }

    fn check_headers(&self, call: &Call) -> Result<(), Problem> {
        if call.header("x-client-id") != Some(self.options.client_id.as_str()) {
            return Err(INVALID_SHOPID);
        }
        if call.header("x-client-secret") != Some(self.options.client_secret.as_str()) {
            return Err(INVALID_CLIENT_SECRET);
        }
        Ok(())
    }

    fn check_signature(&self, call: &Call, switches: &Switches) -> Result<(), Problem> {
        if call.body.get("shopid") != Some(self.options.client_id.as_str()) {
            return Err(INVALID_SHOPID);
        }
        let signed = signature::text_of(call, switches.signature_text);
        let right = signature::sha1_hex(&self.options.client_secret, &signed);
        if call.body.get("sign") == Some(right.as_str()) { Ok(()) } else { Err(INVALID_SIGNATURE) }
    }
}
