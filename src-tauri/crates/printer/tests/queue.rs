//! The queue against printers that this file plays: a listener on this machine, plain files and pipes.
//!
//! Short patience instead of a paused clock: paused time jumps ahead whenever a socket is waited for.

#![allow(clippy::unwrap_used)]

use keptang_domain::Timestamp;
use keptang_ports::{Clock, Ids};
use keptang_printer::{Fault, JobId, JobKind, Pace, PrintQueue, RESYNC_BYTES, Status, Target};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const ASK_PAPER: [u8; 3] = [0x10, 0x04, 0x04];
const PAPER: u8 = 0x12;
const NO_PAPER: u8 = 0x72;

const PACE: Pace = Pace {
    connect: Duration::from_secs(10),
    paper_reply: Duration::from_secs(10),
    stalled_after: Duration::from_millis(50),
    give_up_after: Duration::from_secs(60),
    close: Duration::from_secs(10),
    retry_first: Duration::from_millis(5),
    retry_longest: Duration::from_millis(40),
    look_every: Duration::from_millis(20),
    finish: Duration::from_millis(20),
};

/// A clock that stands until it is moved.
struct StandingClock(AtomicI64);

impl StandingClock {
    fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.0.load(Ordering::SeqCst))
    }
}

/// Counts, so that ids sort as they were made, with the process in the lowest bits.
struct CountingIds {
    next: AtomicU64,
    process: u64,
}

impl Ids for CountingIds {
    fn next_id(&self) -> u128 {
        u128::from(self.next.fetch_add(1, Ordering::SeqCst)) << 64 | u128::from(self.process)
    }

    fn next_token(&self) -> u128 {
        self.next_id()
    }
}

struct Shop {
    dir: tempfile::TempDir,
    clock: Arc<StandingClock>,
}

impl Shop {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            clock: Arc::new(StandingClock(AtomicI64::new(1_795_143_600_000))),
        }
    }

    fn queue(&self, target: Target) -> PrintQueue {
        self.queue_of_process(target, 0)
    }

    fn queue_of_process(&self, target: Target, process: u64) -> PrintQueue {
        self.queue_at(target, process, PACE)
    }

    fn queue_at(&self, target: Target, process: u64, pace: Pace) -> PrintQueue {
        let clock: Arc<dyn Clock> = self.clock.clone();
        let ids = Arc::new(CountingIds {
            next: AtomicU64::new(1),
            process,
        });
        PrintQueue::open_at(self.dir.path().join("print-queue"), target, clock, ids, pace).unwrap()
    }
}

/// A queue's task, ended with the test.
struct Running {
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    fn start(queue: &PrintQueue) -> Self {
        let cancel = CancellationToken::new();
        let (queue, token) = (queue.clone(), cancel.clone());
        let task = tokio::spawn(async move { queue.run(token).await });
        Self { cancel, task }
    }

    async fn stop(self) {
        self.cancel.cancel();
        self.task.await.unwrap();
    }
}

async fn until(queue: &PrintQueue, reached: impl FnMut(&Status) -> bool) -> Status {
    *queue.updates().wait_for(reached).await.unwrap()
}

async fn until_empty(queue: &PrintQueue) -> Status {
    until(queue, |status| status.waiting == 0 && status.printing.is_none()).await
}

async fn printer() -> (TcpListener, Target) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = Target::tcp(&listener.local_addr().unwrap().to_string()).unwrap();
    (listener, target)
}

/// A printer with little room for what it has not printed.
fn small_printer() -> (TcpListener, Target) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(8).unwrap();
    let target = Target::tcp(&listener.local_addr().unwrap().to_string()).unwrap();
    (listener, target)
}

/// Picks up, and answers the question for paper.
async fn pick_up(listener: &TcpListener, status: u8) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut question = [0; 3];
    stream.read_exact(&mut question).await.unwrap();
    assert_eq!(question, ASK_PAPER);
    stream.write_all(&[status]).await.unwrap();
    stream
}

/// Takes one whole job.
async fn take(listener: &TcpListener) -> Vec<u8> {
    let mut stream = pick_up(listener, PAPER).await;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    bytes
}

fn big_job() -> Vec<u8> {
    (0..1_000_000_u32)
        .map(|at| u8::try_from(at % 251).unwrap())
        .collect()
}

fn resynced(job: &[u8]) -> Vec<u8> {
    [&[0; RESYNC_BYTES], job].concat()
}

#[tokio::test]
async fn jobs_come_out_in_the_order_they_were_put() {
    let shop = Shop::new();
    let (listener, target) = printer().await;
    let queue = shop.queue(target);
    for text in ["first", "second", "third"] {
        queue.put(JobKind::Receipt, text.into()).await.unwrap();
    }
    assert_eq!(queue.status().await.unwrap().waiting, 3);
    let running = Running::start(&queue);
    for text in ["first", "second", "third"] {
        assert_eq!(take(&listener).await, text.as_bytes());
    }
    let status = until_empty(&queue).await;
    assert_eq!(status.last_printed_at, Some(shop.clock.now()));
    assert_eq!(status.last_error, None);
    queue.put(JobKind::TestPage, b"later".to_vec()).await.unwrap();
    assert_eq!(take(&listener).await, b"later");
    until_empty(&queue).await;
    running.stop().await;
}

#[tokio::test]
async fn a_printer_that_is_off_gets_its_jobs_when_it_is_on_again() {
    let shop = Shop::new();
    let (listener, target) = printer().await;
    let address = listener.local_addr().unwrap();
    drop(listener);
    let queue = shop.queue(target);
    let running = Running::start(&queue);
    queue.put(JobKind::Receipt, b"kept".to_vec()).await.unwrap();
    let status = until(&queue, |status| status.last_error.is_some()).await;
    assert_eq!(
        (status.last_error, status.waiting, status.last_printed_at),
        (Some(Fault::Refused), 1, None)
    );
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    assert_eq!(take(&socket.listen(8).unwrap()).await, b"kept");
    assert_eq!(until_empty(&queue).await.last_error, None);
    running.stop().await;
}

#[tokio::test]
async fn a_job_cut_off_in_the_middle_is_printed_whole_after_bringing_the_printer_back() {
    let shop = Shop::new();
    let (listener, target) = small_printer();
    let queue = shop.queue(target);
    let running = Running::start(&queue);
    queue.put(JobKind::Receipt, big_job()).await.unwrap();
    let mut stream = pick_up(&listener, PAPER).await;
    let mut start = [0; 10_000];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(start, big_job()[..10_000]);
    drop(stream);
    assert!(take(&listener).await == resynced(&big_job()));
    until_empty(&queue).await;
    queue.put(JobKind::Receipt, b"next".to_vec()).await.unwrap();
    assert_eq!(take(&listener).await, b"next", "a printer in step needs no zeros");
    running.stop().await;
}

#[tokio::test]
async fn a_till_that_is_killed_inside_a_job_leaves_it_to_the_next() {
    let shop = Shop::new();
    let (listener, target) = small_printer();
    let queue = shop.queue(target.clone());
    queue.put(JobKind::Receipt, big_job()).await.unwrap();
    let running = Running::start(&queue);
    let mut stream = pick_up(&listener, PAPER).await;
    let mut start = [0; 10_000];
    stream.read_exact(&mut start).await.unwrap();
    running.task.abort();
    assert!(running.task.await.unwrap_err().is_cancelled());
    drop((stream, queue));

    let queue = shop.queue_of_process(target, 1);
    assert_eq!(queue.status().await.unwrap().waiting, 1);
    let running = Running::start(&queue);
    assert!(take(&listener).await == resynced(&big_job()));
    until_empty(&queue).await;
    running.stop().await;
}

#[tokio::test]
async fn closing_the_till_gives_a_job_a_moment_and_then_keeps_it() {
    let shop = Shop::new();
    let (listener, target) = small_printer();
    let queue = shop.queue(target);
    queue.put(JobKind::Receipt, big_job()).await.unwrap();
    let running = Running::start(&queue);
    let stream = pick_up(&listener, PAPER).await;
    running.stop().await;
    let status = queue.status().await.unwrap();
    assert_eq!((status.waiting, status.printing), (1, None));
    drop(stream);
}

#[tokio::test]
async fn no_paper_is_said_before_a_byte_is_spent() {
    let shop = Shop::new();
    let (listener, target) = printer().await;
    let queue = shop.queue(target);
    queue.put(JobKind::Receipt, b"receipt".to_vec()).await.unwrap();
    let running = Running::start(&queue);
    let mut stream = pick_up(&listener, NO_PAPER).await;
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty());
    drop(stream);
    let status = until(&queue, |status| status.last_error.is_some()).await;
    assert_eq!(status.last_error, Some(Fault::PaperOrOffline));
    assert_eq!(take(&listener).await, b"receipt");
    assert_eq!(until_empty(&queue).await.last_error, None);
    running.stop().await;
}

#[tokio::test]
async fn a_printer_that_says_nothing_about_paper_is_asked_once() {
    let shop = Shop::new();
    let (listener, target) = printer().await;
    let pace = Pace {
        paper_reply: Duration::from_millis(20),
        ..PACE
    };
    let queue = shop.queue_at(target, 0, pace);
    for text in ["one", "two"] {
        queue.put(JobKind::Receipt, text.into()).await.unwrap();
    }
    let running = Running::start(&queue);
    for expected in [[&ASK_PAPER[..], b"one"].concat(), b"two".to_vec()] {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        assert_eq!(bytes, expected);
    }
    until_empty(&queue).await;
    running.stop().await;
}

#[tokio::test]
async fn a_printer_that_runs_out_of_paper_goes_on_where_it_stopped() {
    let shop = Shop::new();
    let (listener, target) = small_printer();
    let queue = shop.queue(target);
    let id = queue.put(JobKind::Receipt, big_job()).await.unwrap();
    let running = Running::start(&queue);
    let mut stream = pick_up(&listener, PAPER).await;
    let status = until(&queue, |status| status.last_error.is_some()).await;
    assert_eq!(
        (status.last_error, status.printing),
        (Some(Fault::PaperOrOffline), Some(id))
    );
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    assert!(bytes == big_job(), "nothing twice, nothing missing");
    drop(stream);
    assert_eq!(until_empty(&queue).await.last_error, None);
    running.stop().await;
}

#[tokio::test]
async fn a_cancelled_job_is_not_printed_even_while_the_printer_is_stuck_in_it() {
    let shop = Shop::new();
    let (listener, target) = small_printer();
    let queue = shop.queue(target);
    let stuck = queue.put(JobKind::Receipt, big_job()).await.unwrap();
    let unwanted = queue.put(JobKind::Report, b"unwanted".to_vec()).await.unwrap();
    let wanted = queue.put(JobKind::Receipt, b"wanted".to_vec()).await.unwrap();
    let jobs: Vec<(JobId, JobKind, Timestamp)> = queue
        .jobs()
        .await
        .unwrap()
        .iter()
        .map(|job| (job.id, job.kind, job.created_at))
        .collect();
    let now = shop.clock.now();
    assert_eq!(
        jobs,
        [
            (stuck, JobKind::Receipt, now),
            (unwanted, JobKind::Report, now),
            (wanted, JobKind::Receipt, now)
        ]
    );
    let running = Running::start(&queue);
    let stream = pick_up(&listener, PAPER).await;
    until(&queue, |status| status.printing == Some(stuck)).await;
    assert!(queue.drop_job(unwanted).await.unwrap());
    assert!(queue.drop_job(stuck).await.unwrap());
    assert!(!queue.drop_job(stuck).await.unwrap());
    // The printer was possibly left inside the first job.
    let bytes = take(&listener).await;
    assert!(bytes.ends_with(b"wanted") && (bytes.len() == 6 || bytes.len() == 6 + RESYNC_BYTES));
    until_empty(&queue).await;
    drop(stream);
    running.stop().await;
}

#[tokio::test]
async fn what_waited_for_a_day_is_dropped() {
    let shop = Shop::new();
    let (listener, target) = printer().await;
    let queue = shop.queue(target);
    queue.put(JobKind::Receipt, b"old".to_vec()).await.unwrap();
    let half_written = shop
        .dir
        .path()
        .join("print-queue/0123456789abcdef0123456789abcdef-17-receipt.job.new");
    std::fs::write(&half_written, b"half").unwrap();
    shop.clock.advance_ms(24 * 3_600_000);
    queue
        .put(JobKind::Receipt, b"a day later".to_vec())
        .await
        .unwrap();
    shop.clock.advance_ms(1);
    let running = Running::start(&queue);
    assert_eq!(take(&listener).await, b"a day later");
    until_empty(&queue).await;
    assert!(!half_written.exists());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_print_every_job_once() {
    const JOBS: usize = 24;
    let shop = Shop::new();
    let (listener, target) = printer().await;
    let queues = [
        shop.queue_of_process(target.clone(), 1),
        shop.queue_of_process(target, 2),
    ];
    let running = queues.each_ref().map(Running::start);
    let taken = tokio::spawn(async move {
        let mut taken = Vec::new();
        while taken.len() < JOBS {
            taken.push(take(&listener).await);
        }
        (taken, listener)
    });
    let mut put = Vec::new();
    for job in 0..JOBS {
        let text = format!("job {job}").into_bytes();
        queues[job % 2].put(JobKind::Receipt, text.clone()).await.unwrap();
        put.push(text);
    }
    let (mut taken, listener) = taken.await.unwrap();
    for queue in &queues {
        until_empty(queue).await;
    }
    for running in running {
        running.stop().await;
    }
    taken.sort();
    put.sort();
    assert_eq!(taken, put);
    // Nobody has called the printer again.
    let again = tokio::time::timeout(Duration::from_millis(1), listener.accept()).await;
    assert!(again.is_err());
}

#[tokio::test]
async fn a_device_file_takes_the_bytes_as_they_are() {
    let shop = Shop::new();
    let device = shop.dir.path().join("lp0");
    let queue = shop.queue(Target::Device(device.clone()));
    let running = Running::start(&queue);
    queue.put(JobKind::Receipt, b"one".to_vec()).await.unwrap();
    let status = until(&queue, |status| status.last_error.is_some()).await;
    assert_eq!(status.last_error, Some(Fault::NotFound), "it is not made");
    std::fs::write(&device, b"").unwrap();
    until_empty(&queue).await;
    queue.put(JobKind::Receipt, big_job()).await.unwrap();
    until_empty(&queue).await;
    assert!(std::fs::read(&device).unwrap() == [&b"one"[..], &big_job()].concat());
    running.stop().await;
}

#[tokio::test]
async fn a_folder_is_no_printer() {
    let shop = Shop::new();
    let queue = shop.queue(Target::Device(shop.dir.path().to_owned()));
    let running = Running::start(&queue);
    queue.put(JobKind::Receipt, b"one".to_vec()).await.unwrap();
    let status = until(&queue, |status| status.last_error.is_some()).await;
    assert_eq!((status.last_error, status.waiting), (Some(Fault::Refused), 1));
    running.stop().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_device_that_is_full_keeps_the_job() {
    let shop = Shop::new();
    let queue = shop.queue(Target::device("/dev/full").unwrap());
    let running = Running::start(&queue);
    queue.put(JobKind::Receipt, b"one".to_vec()).await.unwrap();
    let status = until(&queue, |status| status.last_error.is_some()).await;
    assert_eq!(
        (status.last_error, status.waiting),
        (Some(Fault::PaperOrOffline), 1)
    );
    running.stop().await;
}

#[cfg(unix)]
fn pipe(at: &Path) {
    let made = std::process::Command::new("mkfifo").arg(at).status().unwrap();
    assert!(made.success());
}

/// As a USB printer without paper: the write hangs in the operating system, and the job comes out once, whoever waits.
#[cfg(unix)]
#[tokio::test]
async fn a_device_that_hangs_is_waited_for_and_gets_nothing_twice() {
    let shop = Shop::new();
    let device = shop.dir.path().join("lp0");
    pipe(&device);
    let queue = shop.queue(Target::Device(device.clone()));
    let running = Running::start(&queue);
    queue.put(JobKind::Receipt, big_job()).await.unwrap();
    let status = until(&queue, |status| status.last_error.is_some()).await;
    assert_eq!(status.last_error, Some(Fault::PaperOrOffline));
    // The till closes and opens again, with the first job still inside the operating system.
    running.stop().await;
    let again = Running::start(&queue);
    let paper = tokio::task::spawn_blocking(move || std::fs::read(device).unwrap());
    assert!(paper.await.unwrap() == big_job());
    until_empty(&queue).await;
    again.stop().await;
}
