// What is copied from a console block is what is typed, without prompts and answers.
document.addEventListener("copy", (event) => {
  const field = event.target;
  const isField = typeof field?.value === "string";
  const text = isField ? field.value.slice(field.selectionStart, field.selectionEnd) : String(document.getSelection());
  const lines = text.split("\n");
  if (!event.clipboardData || !lines.some((line) => line.startsWith("$ "))) return;
  const typed = [];
  let goesOn = false;
  for (const line of lines) {
    if (line.startsWith("$ ") || line.startsWith("> ")) typed.push(line.slice(2));
    else if (goesOn) typed.push(line);
    else continue;
    goesOn = line.endsWith("\\");
  }
  event.clipboardData.setData("text/plain", typed.join("\n") + "\n");
  event.preventDefault();
});
