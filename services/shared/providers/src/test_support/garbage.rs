//! Bodies that are not what is documented.

/// Bodies that are no answer: nothing, other JSON, HTML, noise, too much of something, and these samples spoilt.
pub(crate) fn garbage(samples: &[&str]) -> Vec<Vec<u8>> {
    let texts = [
        "",
        " ",
        "null",
        "true",
        "42",
        "\"success\"",
        "[]",
        "{}",
        "{\"status\":\"success\"}",
        "{\"success\":true}",
        "{\"success\":{}}",
        "{\"success\":true,\"data\":[]}",
        "{\"success\":true,\"data\":{}}",
        "{\"success\":true,\"data\":\"x\"}",
        "OK",
        "success",
        "<!DOCTYPE html><html><body>Just a moment...</body></html>",
        "\u{feff}{\"status\":\"success\"}",
        "\u{feff}{\"success\":true}",
        &"[".repeat(200_000),
        &r#"{"status":"#.repeat(50_000),
        &r#"{"success":"#.repeat(50_000),
        &deep(),
    ];
    let mut bodies: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    bodies.extend([
        vec![b'a'; 1 << 20],
        vec![0; 1 << 20],
        b"{\"status\":\"success\xff\"}".to_vec(),
        b"{\"success\":true,\"x\":\"\xff\"}".to_vec(),
        b"{\"success\":true,\"message\":\"\xff\",\"data\":{}}".to_vec(),
    ]);
    for sample in samples {
        bodies.push(format!("[{sample}]").into_bytes());
        bodies.push(format!("{sample}{sample}").into_bytes());
        bodies.push(format!("\u{feff}{sample}").into_bytes());
        bodies.push(format!("for(;;);{sample}").into_bytes());
    }
    bodies
}

/// Lists in lists, deeper than a reader's stack.
fn deep() -> String {
    format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))
}

/// The beginning of a body, for messages.
pub(crate) fn start(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned()
}

/// The sample cut off at every place.
pub(crate) fn truncated(sample: &str) -> impl Iterator<Item = &[u8]> {
    let whole = sample.trim_end().as_bytes();
    (0..whole.len()).map(|end| &whole[..end])
}

/// The sample with one byte in the place of another, at every place.
pub(crate) fn damaged(sample: &str) -> impl Iterator<Item = Vec<u8>> {
    (0..sample.len()).flat_map(move |index| {
        b"\"{}[],:0x \0\xff".iter().map(move |byte| {
            let mut body = sample.as_bytes().to_vec();
            body[index] = *byte;
            body
        })
    })
}

/// The sample with fields that nobody reads: one is long, the other deep.
pub(crate) fn enlarged(sample: &str) -> [String; 2] {
    let padding = format!("\"padding\": \"{}\", ", "x".repeat(1 << 20));
    let deep = format!("\"deep\": {}, ", deep());
    [padding, deep].map(|field| sample.replacen('{', &format!("{{{field}"), 1))
}
