//! A headless Chromium, driven through chromedriver.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::http::Method;
use fantoccini::actions::{InputSource, KeyAction, KeyActions, MouseActions, PointerAction, TouchActions};
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::outside::skip;

/// How long anything that a test waits for may take.
const PATIENCE: Duration = Duration::from_secs(20);

const MISSING: &str = "the page in a browser; install chromium and chromedriver (Debian: chromium, chromium-driver)";

/// A browser with one page.
#[derive(Clone)]
pub struct Browser(pub Client);

/// Runs a test in a browser of its own, which ends with it. Where there is no browser, says so in one line, or fails if
/// `DATELINE_TEST_REQUIRE` demands one (`all`, or a comma-separated list with `browser`).
pub async fn in_browser<Test: Future<Output = ()> + Send + 'static>(test: impl FnOnce(Browser) -> Test) {
    let Some((mut driver, address)) = driver() else { return skip("browser", MISSING) };
    let options = json!({
        "goog:chromeOptions": {"args": [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1440,1200",
        ]},
        "goog:loggingPrefs": {"browser": "ALL"},
        "timeouts": {"script": PATIENCE.as_millis() as u64},
    });
    let Value::Object(options) = options else { unreachable!("an object") };
    let connected = ClientBuilder::new(HttpConnector::new()).capabilities(options).connect(&address).await;
    let client = match connected {
        Ok(client) => client,
        Err(error) => {
            end(&mut driver);
            return skip("browser", &format!("{MISSING}; chromedriver says {error}"));
        }
    };
    // In a task of its own, so that the browser ends even if the test panics.
    let ended = tokio::spawn(test(Browser(client.clone()))).await;
    client.close().await.unwrap();
    end(&mut driver);
    if let Err(broken) = ended {
        std::panic::resume_unwind(broken.into_panic());
    }
}

fn end(driver: &mut Child) {
    driver.kill().unwrap();
    driver.wait().unwrap();
}

/// Starts chromedriver on a port that it picks and prints.
fn driver() -> Option<(Child, String)> {
    let mut driver =
        Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let lines = BufReader::new(driver.stdout.take()?).lines();
    let line = lines.map_while(Result::ok).find(|line| line.contains("successfully on port"))?;
    let port: String = line.chars().filter(char::is_ascii_digit).collect();
    Some((driver, format!("http://127.0.0.1:{port}")))
}

impl Browser {
    /// Runs a script and returns what it returns.
    pub async fn run(&self, script: &str) -> Value {
        self.0.execute(script, vec![]).await.unwrap()
    }

    /// Waits until an expression is true; it is evaluated whenever the browser draws.
    pub async fn until(&self, condition: &str) {
        let script = format!(
            "const done = arguments[0]; \
             (function look() {{ ({condition}) ? done(true) : requestAnimationFrame(look); }})();"
        );
        if let Err(error) = self.0.execute_async(&script, vec![]).await {
            let seen = self.run("return document.body.innerText").await;
            panic!("never came true: {condition}\n{error}\nThe page says: {}", seen.as_str().unwrap_or_default());
        }
    }

    /// Waits until the view is loaded and drawn.
    pub async fn until_drawn(&self) {
        self.until("document.querySelector('.list li') && !document.body.hasAttribute('aria-busy')").await;
    }

    /// An element; waits for it.
    pub async fn find(&self, css: &str) -> Element {
        let found = self.0.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("there is no {css}: {error}"))
    }

    /// The text of an element.
    pub async fn text(&self, css: &str) -> String {
        // In one step: it may be redrawn between being found and being read.
        self.find(css).await;
        let text = self.run(&format!("return document.querySelector('{css}')?.innerText")).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Clicks an element.
    pub async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap();
    }

    /// Presses a key where the focus is.
    pub async fn press(&self, key: char) {
        let keys =
            KeyActions::new("keys".into()).then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        self.0.perform_actions(keys).await.unwrap();
    }

    /// Moves the mouse, or a finger, from one place to another while it is down.
    pub async fn drag(&self, [(x, y), (to_x, to_y)]: [(f64, f64); 2], with: Pointer) {
        let go = |x: f64, y: f64| PointerAction::MoveTo { duration: None, x: x.round(), y: y.round() };
        let steps = [
            go(x, y),
            PointerAction::Down { button: 0 },
            go(f64::midpoint(x, to_x), f64::midpoint(y, to_y)),
            go(to_x, to_y),
            PointerAction::Up { button: 0 },
        ];
        match with {
            Pointer::Mouse => {
                let steps = steps.into_iter().fold(MouseActions::new("mouse".into()), MouseActions::then);
                self.0.perform_actions(steps).await.unwrap();
            }
            Pointer::Finger => {
                let steps = steps.into_iter().fold(TouchActions::new("finger".into()), TouchActions::then);
                self.0.perform_actions(steps).await.unwrap();
            }
        }
    }

    /// Makes the window as wide as a telephone, a tablet or a desk.
    pub async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Emulates a medium, such as print, and features of it, such as forced colours.
    pub async fn emulate(&self, medium: &str, features: &[(&str, &str)]) {
        let features: Vec<_> = features.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        self.cdp("Emulation.setEmulatedMedia", json!({"media": medium, "features": features})).await;
    }

    async fn cdp(&self, command: &'static str, parameters: Value) {
        self.0.issue_cmd(DevTools { command, parameters }).await.unwrap();
    }

    /// The period in the address, in milliseconds since 1970.
    pub async fn span(&self) -> [f64; 2] {
        let span = self
            .run(
                "const given = new URLSearchParams(location.hash.slice(1)); \
                 return ['from', 'to'].map((end) => Date.parse(given.get(end)))",
            )
            .await;
        [0, 1].map(|end| span[end].as_f64().unwrap())
    }

    /// Fails if the console has an error, or if the page loaded anything from elsewhere. That a server could not be
    /// reached is no error of the page.
    pub async fn assert_clean(&self) {
        let log = self.0.issue_cmd(Log).await.unwrap();
        let faults: Vec<&str> = log.as_array().unwrap().iter().filter_map(|line| line["message"].as_str()).collect();
        let faults: Vec<_> = faults.iter().filter(|fault| !fault.contains("net::ERR_")).collect();
        assert!(faults.is_empty(), "the console has {faults:?}");
        let elsewhere = self
            .run(
                "return performance.getEntriesByType('resource').map(({name}) => name) \
                 .filter((name) => new URL(name).origin !== location.origin)",
            )
            .await;
        assert_eq!(elsewhere, json!([]), "loaded from elsewhere");
    }
}

/// With what somebody points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointer {
    Mouse,
    Finger,
}

/// A command of Chromium's developer tools.
#[derive(Debug)]
struct DevTools {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"cmd": self.command, "params": self.parameters}).to_string()))
    }
}

/// Chromium's console, for which WebDriver has no command.
#[derive(Debug)]
struct Log;

impl WebDriverCompatibleCommand for Log {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"type": "browser"}).to_string()))
    }
}
