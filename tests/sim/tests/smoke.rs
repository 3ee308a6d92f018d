use skinbus_sim::run::{self, Options};
#[test]
fn smoke() {
    let only: Option<u64> = std::env::var("SIM_SEED").ok().and_then(|s| s.parse().ok());
    let n: u64 = std::env::var("N").ok().and_then(|s| s.parse().ok()).unwrap_or(20);
    let (mut ev, mut bad) = (0, 0);
    let t = std::time::Instant::now();
    for seed in only.map_or(1..=n, |s| s..=s) {
        let r = run::seed(seed, &Options { is_traced: only.is_some(), mutant: None });
        ev += r.events;
        if only.is_some() { for l in &r.story { println!("{l}"); } }
        if only.is_some() || r.broken.is_some() || std::env::var("V").is_ok() { println!("{seed} {} ev {} steps {} s orders {} rev {} {:?} {:?}", r.events, r.steps, r.seconds, r.orders, r.reviews, r.endings, r.broken); }
        bad += usize::from(r.broken.is_some());
    }
    println!("{ev} events, {bad} bad, {:?}", t.elapsed());
}
