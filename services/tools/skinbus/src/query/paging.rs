//! Lists in pages.

use skinbus_bus::merchant::MerchantError;
use skinbus_proto::v1;

/// The list was renewed between two of its pages.
const LIST_CHANGED_CODE: usize = 409;

/// An answer that may have another after it.
pub(crate) trait Page {
    /// Names the next page; empty on the last one.
    fn next_page_token(&self) -> &str;
    /// How many rows this one has.
    fn row_count(&self) -> usize;
}

impl Page for v1::ItemsResponse {
    fn next_page_token(&self) -> &str {
        &self.next_page_token
    }

    fn row_count(&self) -> usize {
        self.items.len()
    }
}

impl Page for v1::HistoryResponse {
    fn next_page_token(&self) -> &str {
        &self.next_page_token
    }

    fn row_count(&self) -> usize {
        self.rows.len()
    }
}

impl Page for v1::FailedWebhooksResponse {
    fn next_page_token(&self) -> &str {
        &self.next_page_token
    }

    fn row_count(&self) -> usize {
        self.webhooks.len()
    }
}

/// Pages from the first on, until they have `most` rows. Pages of a list and of its successor do not go together: where
/// the list is renewed meanwhile, everything is asked for again, once.
pub(crate) async fn collect<Response: Page>(
    most: Option<usize>,
    ask: impl AsyncFn(String, u32) -> Result<Response, MerchantError>,
) -> Result<Vec<Response>, MerchantError> {
    match walk(most, &ask).await {
        Err(MerchantError::Ask { error, .. }) if error.code == LIST_CHANGED_CODE => walk(most, &ask).await,
        outcome => outcome,
    }
}

async fn walk<Response: Page>(
    most: Option<usize>,
    ask: &impl AsyncFn(String, u32) -> Result<Response, MerchantError>,
) -> Result<Vec<Response>, MerchantError> {
    let (mut pages, mut rows, mut token) = (Vec::new(), 0, String::new());
    loop {
        let wanted = most.map(|most| most.saturating_sub(rows));
        // 0 asks for as many as fit.
        let page_size = wanted.map_or(0, |wanted| u32::try_from(wanted).unwrap_or(u32::MAX));
        let page = ask(token.clone(), page_size).await?;
        rows += page.row_count();
        let next = page.next_page_token().to_owned();
        pages.push(page);
        // A token that does not move would ask for ever.
        if next.is_empty() || next == token || most.is_some_and(|most| rows >= most) {
            return Ok(pages);
        }
        token = next;
    }
}

/// The remark below a list: how much of it was shown.
pub(crate) fn extent(shown: usize, total: Option<u64>, has_more: bool) -> String {
    let known = total.filter(|total| u64::try_from(shown).is_ok_and(|shown| *total > shown));
    let rows = if shown == 1 && known.is_none() { "row" } else { "rows" };
    let of = known.map(|total| format!(" of {total}")).unwrap_or_default();
    let more = if has_more { "; more with --limit or --all" } else { "" };
    format!("{shown}{of} {rows}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use skinbus_bus::queries::QueryError;
    use std::cell::RefCell;

    fn page(rows: usize, next: &str) -> v1::ItemsResponse {
        let items = vec![v1::Item::default(); rows];
        v1::ItemsResponse { items, next_page_token: next.to_owned(), ..v1::ItemsResponse::default() }
    }

    type Answer = Result<v1::ItemsResponse, MerchantError>;

    /// Answers in turn, and what was asked for.
    async fn collected(
        most: Option<usize>,
        mut answers: Vec<Answer>,
    ) -> (Result<Vec<v1::ItemsResponse>, MerchantError>, Vec<(String, u32)>) {
        answers.reverse();
        let (answers, asked) = (RefCell::new(answers), RefCell::new(Vec::new()));
        let pages = collect(most, async |token, size| {
            asked.borrow_mut().push((token, size));
            answers.borrow_mut().pop().unwrap()
        })
        .await;
        (pages, asked.into_inner())
    }

    fn asked(pairs: &[(&str, u32)]) -> Vec<(String, u32)> {
        pairs.iter().map(|(token, size)| ((*token).to_owned(), *size)).collect()
    }

    fn changed() -> Answer {
        let error = QueryError { code: 409, status: "list_changed: begin again".to_owned() };
        Err(MerchantError::Ask { subject: String::new(), error })
    }

    #[tokio::test]
    async fn pages_are_followed_as_far_as_rows_are_wanted() {
        let answers = vec![Ok(page(3, "b")), Ok(page(2, "c")), Ok(page(9, ""))];
        let (pages, questions) = collected(Some(5), answers).await;
        assert_eq!(pages.ok().unwrap().len(), 2);
        assert_eq!(questions, asked(&[("", 5), ("b", 2)]));
        let (pages, questions) = collected(None, vec![Ok(page(3, "b")), Ok(page(2, ""))]).await;
        assert_eq!(pages.ok().unwrap().len(), 2);
        assert_eq!(questions, asked(&[("", 0), ("b", 0)]));
    }

    #[tokio::test]
    async fn a_renewed_list_is_read_again_once() {
        let answers = vec![Ok(page(3, "b")), changed(), Ok(page(1, "c")), Ok(page(1, ""))];
        let (pages, questions) = collected(None, answers).await;
        let rows: Vec<usize> = pages.ok().unwrap().iter().map(Page::row_count).collect();
        assert_eq!(rows, [1, 1]);
        assert_eq!(questions, asked(&[("", 0), ("b", 0), ("", 0), ("c", 0)]));
        let (pages, _) = collected(None, vec![changed(), changed()]).await;
        assert!(pages.is_err());
    }

    #[tokio::test]
    async fn a_token_that_stays_ends_the_list() {
        let (pages, _) = collected(None, vec![Ok(page(1, "b")), Ok(page(1, "b"))]).await;
        assert_eq!(pages.ok().unwrap().len(), 2);
    }

    #[test]
    fn the_extent_is_told() {
        assert_eq!(extent(1, None, false), "1 row");
        assert_eq!(extent(50, Some(20_113), true), "50 of 20113 rows; more with --limit or --all");
        assert_eq!(extent(3, Some(3), false), "3 rows");
    }
}
