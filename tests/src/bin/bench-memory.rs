//! What reading a price list holds in memory: for each provider its name, the most bytes at one time besides the body, and
//! the bytes of the items that are read. A program of its own, because counting would slow down whatever else is measured.
#![expect(clippy::print_stdout, reason = "the benchmark reads it")]

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn main() {
    for list in skinbus_tests::price_lists::all() {
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        let items = list.read();
        let (peak, kept) = (ALLOCATOR.peak_usage(), ALLOCATOR.current_usage());
        println!("{} {} {}", list.provider, peak - before, kept - before);
        drop(items);
    }
}
